"""Weighted rules for instructions that try to take over an assistant; on folded text (lower case, no accents).

Every gap is bounded, so that each rule is linear. A rule runs only when one of its words (first five letters) or one of
its hints occurs. Weights are probabilities and combine as 1 - (1 - a)(1 - b)...
"""

import re
from typing import Final, NamedTuple


class Rule(NamedTuple):
    name: str
    weight: float
    pattern: re.Pattern[str]
    words: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()


def _rule(name: str, weight: float, pattern: str, *, words: str = "", hints: tuple[str, ...] = ()) -> Rule:
    gap = r"[^.\n\x00]"
    compiled = re.compile(pattern.replace("~~", gap + "{0,60}?").replace("~", gap + "{0,30}?"))
    return Rule(name, weight, compiled, frozenset(word[:5] for word in words.split()), hints)


_EN_VERB = r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|bypass(?:ing)?|neglect|discard|(?:do not|don'?t|stop) (?:follow|obey)(?:ing)?)\b"
_EN_SCOPE = r"\b(?:previous|previously|prior|above|earlier|preceding|foregoing|original|initial|all|any|every|your|system|safety|these|those|existing|current|the (?:system|developer))\b"
_EN_LAW = r"\b(?:instruct\w{0,5}|prompts?|rules?|guidelines?|directi(?:ve|on)s?|constraints?|restrictions?|programming|polic(?:y|ies)|safeguards?|filters?|commands?|orders?)\b"
_PROMPT = (
    r"(?:system ?-?prompt|system message|system instruction|initial (?:prompt|instruction)|hidden (?:prompt|instruction)|developer message"
    r"|secret (?:prompt|instruction)|(?:pre-?|base |original |full |entire |exact )prompt|systemanweisung|systemnachricht|prompt (?:del sistema|di sistema|do sistema|systeme)"
    r"|instruc\w+ (?:del sistema|do sistema|systeme|iniciales|initiales|iniciais)|istruzioni (?:di sistema|iniziali)|системн\w{2,3} (?:промпт|сообщени|инструкци|подсказк)"
    r"|(?:training|base|underlying|foundational|core|starting) (?:prompt|command|instruction|directive)s?|(?:start|haupt|grund|ausgangs|basis|ausbildungs|trainings)(?:anweisung|befehl|prompt)"
    r"|(?:instruccion|directriz|comando|invite|consigne|istruzione|direttiva|instrucao|diretriz) (?:\w+ ){0,2}(?:inicial|iniziale|initiale|base|basico|basica|fundamental|original|originale|sous-jacente|subyacente|padrao)"
    r"|系统提示|系统指令|初始指令|提示词|システムプロンプト|시스템 프롬프트)"
)
_REVEAL = (
    r"(?:\b(?:reveal|show|print|repeat|output|display|tell|give|disclose|leak|expose|dump|recite|share|write|copy|translate|summari[sz]e|what(?:'s| is| are| was| were)|was (?:ist|war|sind)|cual(?:es)? (?:es|era|son)|quel(?:le)? (?:est|etait)|qual(?:e|i)? (?:e|era|sono)"
    r"|zeige?|nenne?|verrate?|gib|wiederhole?|ausgeben|muestra\w*|revela\w*|dime|repite|montre\w*|revele\w*|affiche\w*|repete\w*|donne\w*|mostra\w*|rivela\w*|dimmi|ripeti|mostre|diga"
    r"|offenbare?|visualizza\w*|mostrar|explique|expose|exponha|muestrame|покажи\w*|раскрой\w*|выведи\w*|повтори\w*|скажи\w*)\b|显示|告诉我|输出|泄露|重复|教えて|表示|알려|보여)"
)
_LIMITS = r"(?:restrict\w*|rules|limits?|limitations?|filters?|guidelines|ethic\w*|morals?|morality|censor\w*|polic(?:y|ies)|boundaries|safeguards?)"

RULES: Final = (
    _rule("override", 0.9, f"{_EN_VERB}~{_EN_SCOPE}~{_EN_LAW}", words="ignore ignoring disregard forget override overriding bypass bypassing neglect discard follow obey following"),
    _rule("override_after", 0.85, f"{_EN_VERB}~{_EN_LAW}~\\b(?:above|before|previously|so far|earlier|up to now|till now|given)\\b", words="ignore ignoring disregard forget override overriding bypass bypassing neglect discard follow obey following"),
    _rule("override_weak", 0.55, f"{_EN_VERB} (?:the |my |our )?{_EN_LAW}", words="ignore ignoring disregard forget override bypass neglect discard follow obey"),
    _rule("forget_all", 0.85, r"\b(?:forget|ignore|disregard)\b (?:about )?(?:everything|all|anything|whatever|what)~\b(?:above|before|told|said|learn\w*|previous\w*|prior|know|instructed|were given|so far)\b", words="forget ignore disregard"),
    _rule("reveal", 0.85, f"{_REVEAL}~~{_PROMPT}", words="system prompt initial hidden developer secret instruction instructions systemanweisung systemnachricht istruzioni instrucciones instrucoes training underlying foundational core starting startanweisung hauptbefehl grundanweisung ausgangsprompt basisprompt ausbildungsprompt trainingsprompt instruccion directriz comando invite consigne istruzione direttiva instrucao diretriz", hints=("системн", "提示", "指令", "プロンプト", "프롬프트", "preprompt", "pre-prompt")),
    _rule("repeat_above", 0.8, r"\b(?:repeat|print|output|copy|recite|write)\b~\b(?:words|text|everything|all|content|sentences?|instructions|message)\b~\b(?:above|verbatim|before this|word for word)\b", words="above verbatim before word"),
    _rule("mode", 0.75, r"\b(?:dan|developer|god|jail ?br(?:eak|oken)|unrestricted|unfiltered|uncensored|sudo|debug|maintenance|evil|root|stan|dude|opposite|chaos) mode\b|\bdo anything now\b|\bjailbr(?:eak|oken)\b~\b(?:you|yourself|mode|prompt)\b", words="mode anything jailbreak jailbroken"),
    _rule("no_limits", 0.85, rf"\b(?:you are|you're|act as|acts? like|pretend|behave|simulate|respond|answer|imagine|roleplay)\b~~\b(?:no|without|not bound|unbound|unrestricted|free (?:of|from)|freed|zero|does(?: not|n't) (?:have|follow)|do not (?:have|follow)|don't (?:have|follow)|ignores?|bypass\w*)\b~{_LIMITS}", words="restrictions restricted restriction rules limits limit limitations filter filters guidelines ethics ethical moral morals morality censorship censor policy policies boundaries safeguards"),
    _rule("bad_persona", 0.7, r"\b(?:act as|you are(?: now)?|become|play|pretend to be|roleplay as)\b~\b(?:unrestricted|unfiltered|uncensored|evil|jailbroken|amoral|unethical|rogue|malicious)\b", words="unrestricted unfiltered uncensored evil jailbroken amoral unethical rogue malicious"),
    _rule("disarm", 0.75, r"\b(?:disable|bypass|overrid(?:e|ing)|undo|remove|turn off|suspend|lift|drop|deactivate|circumvent|ignore|switch off|unlock|umgehe?|deaktiviere?|missachte?|desactiva|desactive[rz]?|disattiva|suspende|descarta)\b~\b(?:your|yours|its|all|deine|ihre|tus|tes|vos|tuas|suas|tue|le tue|any)\b~\b(?:safety|ethic\w*|content|moral|security|standard\w*|protocol\w*|protokoll\w*|guardrails?|restrictions?|restrictiones|filters?|filtres|directrices|regras|regole|code of conduct|safeguards?|limitations?)\b", words="disable bypass override overriding undo remove turn suspend lift drop deactivate circumvent ignore switch unlock umgehe deaktiviere missachte desactiva desactive disattiva suspende descarta"),
    _rule("obey_me", 0.65, r"\b(?:prioriti[sz]e|obey|follow|adhere(?: strictly)? to|comply with)\b (?:only |exclusively |strictly )?my\b~\b(?:commands?|instructions?|guidance|orders?|rules)\b~\b(?:over|instead|rather|above|only|exclusively|without question|right now|no matter)\b|\byou(?: are|'re) (?:now )?under my (?:control|command)\b", words="prioritize prioritise obey follow adhere comply under"),
    _rule("rogue", 0.7, r"\b(?:rogue|evil|lawless|unchained|unbound) (?:ai|bot|assistant|model)\b|\b(?:not|n't) (?:abide|bound) by (?:any|the|your|its)\b~\b(?:rules|laws|policies|restrictions|guidelines)\b|\babove all (?:restrictions|rules)\b", words="rogue evil lawless unchained unbound abide bound above"),
    _rule("pwned", 0.8, r"\b(?:say|print|repeat|respond|echo|output|write|answer|return)\b~~\bpwned\b", words="pwned"),
    _rule("role_forgery", 0.8, r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id|begin_of_text)\|>|\[/?inst\]|<</?sys>>|</?(?:system|system_prompt|instructions?)>\s*\n|(?:^|\n)\s{0,4}(?:#{2,4} ?|\[|-{3,} ?|={3,} ?)(?:system|new system|admin|developer)(?: (?:prompt|message|override|instructions?|update))?\s?(?:\]|:|-{3,}|={3,})", hints=("<|", "[inst", "[/inst", "<<sys", "<</sys", "system>", "system_prompt>", "instruction>", "instructions>", "# system", "#system", "[system", "-system", "- system", "= system", "[admin", "[developer", "new system")),
    _rule("new_orders", 0.6, r"\b(?:your (?:new|real|true|actual|only) (?:tasks?|instructions?|goals?|roles?|objectives?|rules?|purpose)\b|(?:new|updated|real|actual) (?:system )?instructions?\s?:|from now on,? (?:you|your|ignore|only|always|respond|act))", words="tasks task instructions instruction goals goal role roles objective objectives rules rule purpose from"),
    _rule("carry_out", 0.65, r"\b(?:send|forward|post|upload|exfiltrate|transmit|e-?mail|leak|append|submit)\b~~\b(?:passwords?|api keys?|credentials?|secrets?|conversation|chat history|system prompt|private (?:data|key)|access tokens?|cookies|all (?:the )?(?:e-?mails|files|data|messages))\b~~(?:\bto\b|https?:|@)", words="send forward post upload exfiltrate transmit email leak append submit"),
    _rule("hide_from_user", 0.6, r"\b(?:do not|don't|never|without) (?:tell|inform|mention|notify|alert|reveal|telling|informing|mentioning|notifying|alerting)\b~\b(?:user|human|anyone|them|owner|customer)\b", words="tell inform mention notify alert telling informing mentioning notifying alerting"),
    _rule("override_de", 0.9, r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missacht\w*|ubergeh\w*|umgeh\w*)\b~~\b(?:vorherig\w*|vorhergehend\w*|vorangegangen\w*|bisherig\w*|obig\w*|fruher\w*|vorig\w*|alle\w*|dein\w*|ihre\w*|system\w*|was)\b~(?:anweisung|instruktion|regel|vorgabe|befehl|prompt|richtlinie|nachricht|gesagt|eingabe)", words="ignorieren ignoriere vergiss vergesst vergessen missachte ubergehe umgehe"),
    _rule("override_fr", 0.9, r"\b(?:ignor\w{1,4}|oubli\w{1,4}|neglig\w{1,4}|contourn\w{1,4}|ne t(?:iens|enez) pas compte)\b~~(?:instructions?|consignes?|regles?|directives?|ordres?|messages? precedent|prompt|indications?|ce qui precede)", words="ignore ignorer ignorez oublie oubliez oublier neglige contourne tiens tenez"),
    _rule("override_es", 0.9, r"\b(?:ignor\w{1,4}|olvid\w{1,5}|omit\w{1,3}|descart\w{1,3}|haz caso omiso)\b~~\b(?:instrucciones|indicaciones|reglas|ordenes|directrices|mensajes (?:anteriores|previos)|lo anterior|todo lo (?:anterior|que)|restricciones)", words="ignora ignore ignorar olvida olvide olvidar olvidate omite omita descarta caso"),
    _rule("override_it", 0.9, r"\b(?:ignor\w{1,4}|dimentic\w{1,4}|trascur\w{1,4}|non (?:seguire|considerare))\b~~\b(?:istruzioni|regole|indicazioni|direttive|comandi|messaggi precedenti|tutto cio|restrizioni|ordini)", words="ignora ignorare ignorate dimentica dimenticare dimenticate trascura seguire considerare"),
    _rule("override_pt", 0.9, r"\b(?:ignor\w{1,4}|esque\w{1,4}|desconsider\w{1,3})\b~~\b(?:instrucoes|regras|orientacoes|comandos|diretrizes|mensagens anteriores|tudo o que|restricoes|ordens)", words="ignore ignora ignorar esqueca esquece esquecer desconsidere desconsidera"),
    _rule("override_nl", 0.9, r"\b(?:negeer|negeren|vergeet)\b~~\b(?:instructies|opdrachten|regels|richtlijnen|aanwijzingen|vorige berichten|alles)", words="negeer negeren vergeet"),
    _rule("override_pl", 0.9, r"\b(?:zignoruj\w*|ignoruj\w*|zapomnij\w*|pomin\w*)\b~~(?:instrukcj|polecen|zasad|regul|wytyczn)", words="zignoruj ignoruj zapomnij pomin"),
    _rule("override_tr", 0.9, r"\b(?:onceki|yukaridaki|tum|butun)\b~(?:talimat|kural|komut|yonerge)\w*~(?:yok say|unut|goz ardi|dikkate alma|gormezden)", words="onceki yukaridaki tum butun"),
    _rule("override_ru", 0.9, r"(?:игнорируй|проигнорируй|забудь|не обращай внимания на|отмени|пренебреги)~~(?:инструкц|указани|правил|команд|сообщени|промпт|ограничени|все,? что)", hints=("игнорир", "забудь", "внимания", "отмени", "пренебр")),
    _rule("override_zh", 0.9, r"(?:忽略|无视|忘记|忘掉|忘了|不要理会|不要遵守|忽視|無視|绕过|不用管)[^。\n\x00]{0,20}?(?:指令|指示|提示|规则|規則|要求|说明|命令|设定|限制|之前的内容|上面的内容|以上内容)", hints=("忽", "无视", "忘", "不要", "無視", "绕过", "不用管")),
    _rule("override_ja", 0.9, r"(?:以前|上記|これまで|今まで|前の|すべて|全て|あなた|システム)[^。\n\x00]{0,15}?(?:指示|命令|ルール|プロンプト|規則|設定|制限)[^。\n\x00]{0,10}?(?:無視|忘れ|破棄|従わ)", hints=("無視", "忘れ", "破棄", "従わ")),
    _rule("override_ko", 0.9, r"(?:이전|위의|모든|지금까지|앞의)[^.\n\x00]{0,15}?(?:지시|명령|규칙|프롬프트|지침|제한)[^.\n\x00]{0,10}?(?:무시|잊)", hints=("무시", "잊")),
    _rule("override_ar", 0.9, r"(?:تجاهل|تجاهلي|انس|انسى|أهمل)[^.\n\x00]{0,30}?(?:تعليمات|التعليمات|أوامر|الأوامر|قواعد|القواعد|توجيهات)", hints=("تجاهل", "انس", "أهمل")),
    _rule("override_hi", 0.9, r"(?:पिछले|सभी|ऊपर|पहले)[^.\n\x00]{0,30}?(?:निर्देश|नियम|आदेश)[^.\n\x00]{0,20}?(?:अनदेखा|भूल|नज़रअंदाज|उपेक्षा)", hints=("अनदेख", "भूल", "अंदाज", "उपेक्षा")),
)  # fmt: skip
