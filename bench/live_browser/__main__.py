"""A scripted browser in the demo's live arena, as `python -m bench.live_browser --battles 50 --turns 3`.

It wants `make demo` running on this machine, and PREFERENDUM_DATA_DIR as the demo has it. People of ten battles each
ask, watch both answers being written, ask on, vote and see the names; then everything that they did is looked for in
the database and in the export. Exits with 1 where anything is missing.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import time

from playwright.async_api import async_playwright

from app.config import Settings
from app.db.connect import open_database
from app.demo.live_arena import SLUG
from bench.live_browser.books import problems, problems_in_export
from bench.live_browser.people import Diary, counting, take_part

BATTLES_EACH = 10
# Chromium of itself asks its maker's servers for updates; here it must ask nobody.
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


async def go(address: str, battles: int, turns: int, wait: float) -> Diary:
    diary, numbers = Diary(), counting()
    chromium = os.environ.get("PREFERENDUM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        while left := battles - len(diary.battles):
            await take_part(
                browser,
                f"{address}/arenas/{SLUG}",
                battles=min(BATTLES_EACH, left),
                turns=turns,
                wait=wait,
                numbers=numbers,
                diary=diary,
            )
        await browser.close()
    return diary


async def look_for(diary: Diary) -> list[str]:
    async with open_database(Settings()) as database, database.read_session() as session:
        found = [problem for battle in diary.battles for problem in await problems(session, battle)]
    return found + await asyncio.to_thread(problems_in_export, SLUG, diary.battles)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--battles", type=int, default=50)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--wait", type=float, default=180, help="seconds that a turn may take")
    arguments = parser.parse_args()
    began = time.monotonic()
    diary = await go(arguments.address, arguments.battles, arguments.turns, arguments.wait)
    spent = time.monotonic() - began
    missing = await look_for(diary)
    turns = len(diary.battles) * arguments.turns
    print(f"{len(diary.battles)} battles of {arguments.turns} turns in {spent:.0f} s")
    print(
        f"from a question to both whole answers: median {statistics.median(diary.seconds):.1f} s,"
        f" longest {max(diary.seconds):.1f} s"
    )
    print(f"both answers seen while they were being written in {diary.grew} of {len(diary.seconds)} turns")
    print(f"battles that failed and went to another pair: {len(diary.failed)}; interrupted turns: {diary.interrupted}")
    whole = len(diary.battles) - len({line.partition(":")[0] for line in missing})
    print(f"stored completely: {whole} of {len(diary.battles)} battles, with {turns} turns")
    print("\n".join(missing) or "nothing is missing in the database or the export")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
