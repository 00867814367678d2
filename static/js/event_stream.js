// Server-sent events out of the answer to a POST, which EventSource cannot read.

/** Events of the names that the server gives, as {name, data}, until the stream ends. `onBytes` hears of any sign of life. */
export async function* events(response, onBytes) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    const whole = (rest + value).split(/\r?\n\r?\n/);
    rest = whole.pop();
    for (const event of whole) {
      const fields = event.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line)).filter(Boolean);
      const data = fields.filter(([, field]) => field === "data").map(([, , content]) => content);
      const name = fields.find(([, field]) => field === "event")?.[2];
      if (name && data.length > 0) yield { name, data: JSON.parse(data.join("\n")) };
    }
  }
}
