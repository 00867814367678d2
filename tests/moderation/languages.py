"""Three sentences in each of twenty languages, written by hand: a question, a request, a remark."""

# Letters of other scripts are meant as they stand.
# ruff: noqa: RUF001

SENTENCES = {
    "en": [
        "What is the best way to learn how to cook at home?",
        "Please explain the rules of chess to a child.",
        "Yesterday it rained all day long and we stayed inside.",
    ],
    "de": [
        "Wie kann ich am besten zu Hause kochen lernen?",
        "Bitte erkläre einem Kind die Regeln des Schachspiels.",
        "Gestern hat es den ganzen Tag geregnet und wir blieben drinnen.",
    ],
    "fr": [
        "Quelle est la meilleure façon d'apprendre à cuisiner ?",
        "Explique les règles des échecs à un enfant, s'il te plaît.",
        "Hier il a plu toute la journée et nous sommes restés à la maison.",
    ],
    "es": [
        "¿Cuál es la mejor manera de aprender a cocinar en casa?",
        "Por favor, explica las reglas del ajedrez a un niño.",
        "Ayer llovió todo el día y nos quedamos en casa.",
    ],
    "it": [
        "Qual è il modo migliore per imparare a cucinare a casa?",
        "Per favore, spiega le regole degli scacchi a un bambino.",
        "Ieri ha piovuto tutto il giorno e siamo rimasti a casa.",
    ],
    "pt": [
        "Qual é a melhor maneira de aprender a cozinhar em casa?",
        "Por favor, explique as regras do xadrez a uma criança.",
        "Ontem choveu o dia todo e nós ficamos em casa.",
    ],
    "nl": [
        "Wat is de beste manier om thuis te leren koken?",
        "Leg alsjeblieft de regels van het schaken uit aan een kind.",
        "Gisteren heeft het de hele dag geregend en we bleven binnen.",
    ],
    "sv": [
        "Vilket är det bästa sättet att lära sig laga mat hemma?",
        "Förklara schackets regler för ett barn, är du snäll.",
        "Igår regnade det hela dagen och vi stannade inne.",
    ],
    "pl": [
        "Jaki jest najlepszy sposób, aby nauczyć się gotować w domu?",
        "Proszę wyjaśnij dziecku zasady gry w szachy.",
        "Wczoraj cały dzień padało i zostaliśmy w domu.",
    ],
    "cs": [
        "Jaký je nejlepší způsob, jak se naučit vařit doma?",
        "Prosím vysvětli dítěti pravidla šachu.",
        "Včera celý den pršelo a my jsme zůstali doma.",
    ],
    "ru": [
        "Как лучше всего научиться готовить дома?",
        "Пожалуйста, объясни ребёнку правила игры в шахматы.",
        "Вчера весь день шёл дождь, и мы остались дома.",
    ],
    "uk": [
        "Як найкраще навчитися готувати вдома?",
        "Будь ласка, поясни дитині правила гри в шахи.",
        "Учора весь день ішов дощ, і ми залишилися вдома.",
    ],
    "tr": [
        "Evde yemek yapmayı öğrenmenin en iyi yolu nedir?",
        "Lütfen bir çocuğa satrancın kurallarını açıkla.",
        "Dün bütün gün yağmur yağdı ve evde kaldık.",
    ],
    "fi": [
        "Mikä on paras tapa oppia laittamaan ruokaa kotona?",
        "Selitä shakin säännöt lapselle, ole hyvä.",
        "Eilen satoi koko päivän ja me pysyimme sisällä.",
    ],
    "hu": [
        "Mi a legjobb módja annak, hogy otthon megtanuljak főzni?",
        "Kérlek, magyarázd el egy gyereknek a sakk szabályait.",
        "Tegnap egész nap esett az eső, és otthon maradtunk.",
    ],
    "ar": [
        "ما هي أفضل طريقة لتعلم الطبخ في المنزل؟",
        "من فضلك اشرح قواعد الشطرنج لطفل صغير.",
        "هطل المطر أمس طوال اليوم وبقينا في البيت.",
    ],
    "hi": [
        "घर पर खाना बनाना सीखने का सबसे अच्छा तरीका क्या है?",
        "कृपया एक बच्चे को शतरंज के नियम समझाइए।",
        "कल पूरे दिन बारिश हुई और हम घर पर ही रहे।",
    ],
    "zh": ["在家学做饭最好的方法是什么？", "请向一个孩子解释国际象棋的规则。", "昨天下了一整天的雨，我们待在家里。"],
    "ja": [
        "家で料理を学ぶ一番いい方法は何ですか。",
        "子供にチェスのルールを説明してください。",
        "昨日は一日中雨が降って、家にいました。",
    ],
    "ko": [
        "집에서 요리를 배우는 가장 좋은 방법은 무엇인가요?",
        "아이에게 체스 규칙을 설명해 주세요.",
        "어제는 하루 종일 비가 와서 집에 있었습니다.",
    ],
}
