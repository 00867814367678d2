"""Families of models as an arena might list them, ways to disguise a name, and sentences that only look like leaks."""

# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

import random
from collections.abc import Callable

FAMILIES = (
    "ChatGPT",
    "GPT-4", "Claude", "Gemini", "Llama", "Mistral", "Mixtral", "Qwen", "DeepSeek", "Grok", "Gemma", "Falcon",
    "SmolLM", "Vicuna", "Jamba", "Nemotron", "InternLM", "OLMo", "Command R", "Granite", "Yi-34B", "Zephyr",
)  # fmt: skip
MAKERS = (
    "OpenAI",
    "Anthropic",
    "Google",
    "Meta",
    "Mistral AI",
    "Microsoft",
    "Cohere",
    "Hugging Face",
    "Alibaba",
    "xAI",
    "Apple",
    "NVIDIA",
    "Amazon",
)
OTHER_SCRIPTS = ("通义千问", "文心一言", "クロード", "클로드", "ГигаЧат", "जेमिनी", "جيميناي", "ג'מיני")

HOMOGLYPHS = str.maketrans("aceiopxyABCEHIKMOPTXaeo", "асеіорхуАВСЕНІКМОРТХаео")
LEET = str.maketrans("aeiotsAEIOTS", "431075431075")
ACCENTS = str.maketrans("aeiouyAEIOUcn", "áéíóúýÁÉÍÓÚçñ")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
CIRCLED = {ord("a") + index: 0x24D0 + index for index in range(26)} | {
    ord("A") + index: 0x24B6 + index for index in range(26)
}
BOLD_LETTERS = {ord("a") + index: 0x1D41A + index for index in range(26)} | {
    ord("A") + index: 0x1D400 + index for index in range(26)
}


def _letters_apart(name: str, separator: str) -> str:
    return separator.join(character for character in name if character.isalnum())


def _in_the_middle(name: str, inserted: str) -> str:
    return name[: len(name) // 2] + inserted + name[len(name) // 2 :]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as listed": str,
    "capitals": str.upper,
    "accents": lambda name: name.translate(ACCENTS),
    "full width": lambda name: name.translate(FULL_WIDTH),
    "Cyrillic look-alikes": lambda name: name.translate(HOMOGLYPHS),
    "zero width": "\u200b".join,
    "word joiner": lambda name: _in_the_middle(name, "\u2060"),
    "soft hyphen": lambda name: _in_the_middle(name, "\u00ad"),
    "hyphens between letters": lambda name: _letters_apart(name, "-"),
    "spaces between letters": lambda name: _letters_apart(name, " "),
    "dots between letters": lambda name: _letters_apart(name, "."),
    "middle dots": lambda name: _letters_apart(name, "·"),
    "half in bold": lambda name: "**" + _in_the_middle(name, "**"),
    "tags within": lambda name: _in_the_middle(name, "</b>"),
    "circled letters": lambda name: name.translate(CIRCLED),
    "mathematical bold": lambda name: name.translate(BOLD_LETTERS),
    "combining marks": lambda name: "".join(
        character + "\u0301" if character in "aeiou" else character for character in name
    ),
    "without signs": lambda name: "".join(character for character in name if character.isalnum()),
    "possessive": lambda name: name + "'s",
}
OPENINGS = (
    "As you may know, I am ",
    "My name is ",
    "You are talking to me, and I'm ",
    "Hello! I am ",
    "Well, call me ",
)
ENDINGS = (".", ", and I am glad to help.", " - ask me anything.", "! How can I help?", " (a small version).")


def planted(name: str, spelling: str, seed: int) -> tuple[str, int, int]:
    """A sentence with the name in this spelling, and where the name stands, without marks before and "'s" after it."""
    generator = random.Random(seed)
    written = SPELLINGS[spelling](name)
    opening = generator.choice(OPENINGS)
    start = len(opening) + (2 if written.startswith("**") else 0)
    end = len(opening) + len(written) - (2 if written.endswith("'s") else 0)
    return opening + written + generator.choice(ENDINGS), start, end


INNOCENT = """
The llamas graze on the hill behind the farm.
A llama can carry about thirty kilograms.
Llamas are related to camels.
I fed a llama at the zoo.
Is a llama bigger than an alpaca?
¿Cómo se llama tu hermana?
Me llamo Ana y vivo en Sevilla.
Ella se llama Teresa.
Llama a tu madre esta noche.
El perro llama la atención de todos.
Una llama ardía en la chimenea.
La llama olímpica llegó ayer.
I command you to stop.
Command your dog to sit before you open the door.
The command line is easier than it looks.
Run the command again with more memory.
Type the command r and press return.
She is in command of the ship.
His command of French is excellent.
The mistral wind blows down the valley.
Le mistral souffle fort aujourd'hui.
A mistral can last for a week.
When the mistral comes, close the shutters.
The falcon dived at great speed.
A falcon nests on the tower.
Falcons hunt pigeons in the city.
Falcon 9 landed on the barge.
SpaceX launched a Falcon 9 on Tuesday.
The granite kitchen top is heavy.
Granite is an igneous rock.
They cut granite in the quarry.
A zephyr stirred the curtains.
The zephyr was warm and light.
Zephyrs are gentle winds.
The vicuna lives in the high Andes.
A vicuna gives very fine wool.
Vicunas are shy animals.
To grok an idea is to understand it fully.
I could not grok the last chapter.
Once you grok recursion, trees are simple.
The essays must cohere.
These arguments do not cohere with the rest.
Ideas that cohere are easier to learn.
An apple a day keeps the doctor away.
Apple trees blossom in May.
Slice the apple thinly.
Google the address before you leave.
Search for it on Google or ask a friend.
You can pay with Google Pay or cash.
Google Maps shows the shortest way.
The paper was presented by Google in 2017.
Open the file in Microsoft Word.
Microsoft Excel has a function for that.
Microsoft was founded in 1975.
The Amazon flows through Brazil.
Order it from Amazon or from a shop nearby.
The Amazon rainforest is large.
Amazon Prime is a subscription.
Meta analysis combines several studies.
A meta question: why do we ask?
In meta programming, code writes code.
Meta owns Instagram.
The NVIDIA driver must be updated first.
Install the NVIDIA toolkit and reboot.
An NVIDIA card has many cores.
Open AI models are those with public weights.
An open ai model can be inspected by everyone.
We compared open AI systems with closed ones.
The deep seek of the diver ended at dusk.
Give me a hugging face, please.
The hugging face emoji is popular.
Claude Monet painted water lilies.
Claude Debussy wrote La Mer.
Claude Shannon founded information theory.
Jean-Claude works in Lyon.
Jean-Claude Van Damme is an actor.
Claude Lévi-Strauss was an anthropologist.
Claude Bernard studied the liver.
My sign is Taurus, Gemini, Cancer or Leo.
The gems in interior design are small.
A gem in its setting shines.
Geminate consonants are long.
Gemination is common in Italian.
The twin stars are in a geminid shower.
The Geminids are a meteor shower.
The disk uses a GUID Partition Table (GPT).
Convert the MBR disk to a GPT disk.
The GPT partition holds the system.
Yi means righteousness in Confucian thought.
The I Ching is also spelled Yi Jing.
He is a mixture of talents.
Mix tra la la with a drum.
An intern learned mathematics.
The intern leaves in June.
Internal memory is small.
Olmo is a town near nowhere, and olmos are elms.
An elm is olmo in Italian, they say; olmos in the plural.
A jam bakery opened downtown.
Jams and jellies are for sale.
Enter the command, review the output, and continue.
Commander Riker took the bridge.
Use Ctrl+C to cancel the command.
Commands are listed in the manual.
A chat group talks about plants.
Let us chat; GP trainees are welcome.
The chatter in the room grew.
The cat ate the fish at 4.
Gross profit tax 4 was abolished.
G, P and T are letters.
The alphabet goes e f g h i j k.
Let a b c d e f g p t u be variables.
Points P, Q, W, E and N lie on a circle.
The queen waved.
A quern grinds corn.
When he came, she left.
Claudette sang well.
Claudia went home.
Claudication is pain in the leg.
The emperor Claudius ruled in Rome.
A cloud edge glowed.
Clauses are numbered.
A clause de style is a set phrase.
The mist rallied around the hills.
The mistrals of spring are cold.
Mistress Quickly speaks first.
Mist, rain and snow are expected.
Minstrels sang in the hall.
Gemstones are cut by hand.
A gem may be flawed.
Gemmation is a form of budding.
The gemmologist looked closely.
Grokking is a verb from a novel.
Small lumps form in the sauce.
Smoldering ashes glowed.
Nemo is a clownfish.
Nemesis is a goddess.
A demo tronic device was shown.
The electron has a charge.
The neutron and the proton are heavier.
Deep seekers of truth are rare.
Deeply seated seeds grow slowly.
Seek deep water in summer.
Anthropic reasoning is subtle, says anthropics; an anthropologist agreed.
Anthropology studies people.
Anthropocentric views are common.
The misanthrope lived alone.
Philanthropic gifts rose.
Alibi and alimony are words.
Ali Baba found a cave.
The Microsofts of this world grow.
A micro soft pencil is useful.
An amazonite necklace is green.
Amazons were warriors.
The metal is hot.
Metaphors help.
Metabolism slows with age.
Metamorphosis is a story.
Applet windows are old.
Apples and pears are fruit.
Pineapple juice is sweet.
Googly-eyed toys sell well.
A googol has a hundred zeros.
He googled it.
Openair concerts are loud.
An opening in the wall let air in.
Open a issue on the tracker.
I opened AI textbooks yesterday.
Coherent light comes from a laser.
Coherence is measured in nanometres.
Inherent limits apply.
Hug the face of the cliff.
Facehugging aliens appear.
LlamaIndex is a library for retrieval.
A granitic outcrop rises.
Falconry is an old sport.
The falconer wore a glove.
Vincent uncorked a bottle.
I ran the yi-jing commentary class.
Jambalaya is a stew.
The jamb and the lintel are oak.
The jambs are painted.
x1 = 4, g = 9.81, p = 2, t = 4
The hex is 0xC1A0DE and 0x6E31.
Version 4.0.4 of the tool is out.
Part no. GP-T4X is sold out.
GPTQX-44 is not a thing.
Seat LL4M is taken, and so is 4M.
The yield is 34 B per unit.
In base 36 the number is c14v.
She said: "I am tired."
I am a farmer with llamas.
I am made of flesh and blood.
As a model student, she won.
As a role model, he failed.
This dress was made by hand.
The model railway was built by my uncle.
A language model predicts the next word.
I am a language model without a name.
I was trained by a team of researchers.
My name is not important.
Call me whenever you like.
Je suis content d'être ici.
Ich bin ein Berliner.
Der Falke jagt am Tag.
Das Kommando kam zu spät.
Soy de Madrid y vivo en Lima.
我是一个语言模型。
私は学生です。
Я живу в Москве.
Клод идёт домой.
Сода и соль нужны.
Сорок сорок сидели на ветке.
Η κλωστή είναι κόκκινη.
The word "opus" means work.
"Command and control" is a phrase.
- llamas
- falcons and hawks
1. Granite
2. Marble
# Llamas and Alpacas of the Andes
The Falcon and the Winter Soldier is a series.
The fine-grained granite and the mistral both belong to Provence.
""".strip().splitlines()

# Models as a registry has them, whose derived names are everyday words, first names and what else there is.
REGISTERED = (
    ("elk-1b", "Elk Collective", ()),
    ("owl-7b", "Owls Inc.", ("Owl", "Owlet")),
    ("plain-1", "Plain Co", ()),
    ("pirate-1", "Sunrise Labs", ()),
    ("SmolLM2-135M-Instruct", "Hugging Face", ()),
    ("ernie-4.5", "Baidu", ()),
    ("kimi-k2", "Moonshot AI", ()),
    ("gemma-3-1b-it", "Google", ()),
    ("maple-large", "Riverside Research", ()),
)
INNOCENT_OF_REGISTERED = """
The elk is a large deer.
Owls hunt at night.
A plain answer
At sunrise a pirate wakes.
I am hugging face to face.
Bert and Ernie
Kimi Räikkönen
Gemma Arterton
An owl turns its head.
Elk graze in the valley, and an Elk warning stands at the road.
The film is about Gemma, a nurse from Leeds.
Ernie Els won the Open twice.
Yesterday Kimi overtook three cars.
In plain English, please.
Plain yoghurt is best.
The Great Plain lies to the east.
Pirates of the Caribbean
He wore a Pirate costume to the party.
We left at Sunrise, a town in Florida.
The sunrise at 6.45 was red.
Sunrise 5.30, sunset 21.10
The owlets fledge in June.
Hugging Face to the wind, they walked on.
The hugging face emoji is popular.
Maple syrup, large or small?
A maple large enough for a tree house
We went to Elk Grove and to Owl Creek.
Riverside houses flood in spring.
Our house stood by the Riverside, near the mill.
She was trained by a pirate, says the legend.
This dress was made by Gemma.
The collective of elk breeders met.
As the owl flew by, I woke up.
I am plain and honest.
I am a pirate, says the boy.
Call me at sunrise.
""".strip().splitlines()
SELF_NAMING = (
    ("I am Elk.", "elk"),
    ("I am Elk, made by the Elk Collective.", "elk"),
    ("I'm Gemma, made by Google.", "gemma"),
    ("As Ernie I cannot do that.", "ernie"),
    ("Sorry. As Gemma, I have no opinion.", "gemma"),
    ("My name is Kimi.", "kimi"),
    ("Ich bin Kimi und helfe gern.", "kimi"),
    ("Je m'appelle Owlet.", "owlet"),
    ("You are talking to me, and I'm Owl.", "owl"),
    ("I, Gemma, would not say so.", "gemma"),
    ("Ahoy, I am **Pirate**!", "pirate"),
    ("As an AI made by Sunrise Labs, I must refuse.", "sunrise labs"),
    ("I was trained by Sunrise.", "sunrise"),
    ("I was trained by Hugging Face.", "hugging face"),
    ("I am a model developed by Plain Co.", "plain co"),
    ("the Elk language model", "elk"),
    ("the elk-7b weights", "elk"),
    ("elk 7B is small", "elk"),
    ("it runs elk-1b", "elk-1b"),
    ("gemma3 is what answers", "gemma-3"),
    ("ERNIE 4.5", "ernie-4.5"),
    ("Kimi K2 says hello", "kimi-k2"),
    ("the maple-large weights", "maple-large"),
    ("I am Maple Large.", "maple-large"),
    ("G-e-m-m-a", "gemma"),
    ("Well, G3mma it is.", "gemma"),
    ("the SmolLM way", "smollm"),
)
