"""What is said about what each step bought."""

ENGLISH = {
    "worth": "Did it shrink, is it faster?",
    "worth.good": "No step made the file larger, the operations more, the model slower, or less accurate for nothing.",
    "worth.worse": "These steps made something worse: {steps}.",
    "worth.line": "{step}: {words} than {before}; CPU time to that step: {time}",
    "worth.table": "Each step against the step before it; CPU time in pairs, with 95 % ranges",
    "worth.column.step": "step",
    "worth.column.size": "file (of the step before)",
    "worth.column.int8": "weights in 8 bits",
    "worth.column.macs": "MACs",
    "worth.column.time": "CPU time ratio",
    "worth.column.error": "error, change",
    "worth.column.verdict": "verdict",
    "worth.nothing": "nothing gained",
    "worth.float": "Stayed float in {step}: {kept}.",
    "worth.word.larger": "LARGER",
    "worth.word.more operations": "MORE OPERATIONS",
    "worth.word.slower": "SLOWER",
    "worth.word.less accurate for nothing": "LESS ACCURATE FOR NOTHING",
    "worth.word.smaller": "smaller",
    "worth.word.fewer operations": "fewer operations",
    "worth.word.faster": "faster",
    "worth.word.more accurate": "more accurate",
    "worth.float.layer": "{count} {operator}: {why}",
    "worth.float.why.turns the raw input into the network's input": "turns the raw input into the network's input",
    "worth.float.why.has no integer form in onnxruntime": "has no integer form in onnxruntime",
    "worth.float.why.follows the last layer with weights: rounding would change answers and save nothing": (
        "follows the last layer with weights: rounding would change answers and save nothing"
    ),
    "worth.float.why.QuantizeLinear pairs know no LSTM: int8_hybrid and int8_dynamic do": (
        "QuantizeLinear pairs know no LSTM: int8_hybrid and int8_dynamic do"
    ),
    "worth.float.why.onnxruntime has no integer GRU": "onnxruntime has no integer GRU",
    "worth.float.why.onnxruntime has no integer RNN": "onnxruntime has no integer RNN",
    "worth.float.why.of a single channel, it is faster with floats (thin_float)": (
        "of a single channel, it is faster with floats (thin_float)"
    ),
}
FRENCH = {
    "worth": "Est-ce plus petit, est-ce plus rapide ?",
    "worth.good": "Aucune étape n'a agrandi le fichier, ajouté d'opérations, ralenti le modèle ni coûté de la "
    "justesse pour rien.",
    "worth.worse": "Ces étapes ont aggravé quelque chose : {steps}.",
    "worth.line": "{step} : {words} que {before} ; temps CPU par rapport à cette étape : {time}",
    "worth.table": "Chaque étape face à la précédente ; temps CPU mesuré par paires, intervalles à 95 %",
    "worth.column.step": "étape",
    "worth.column.size": "fichier (de l'étape précédente)",
    "worth.column.int8": "poids en 8 bits",
    "worth.column.macs": "MAC",
    "worth.column.time": "rapport des temps CPU",
    "worth.column.error": "erreur, écart",
    "worth.column.verdict": "verdict",
    "worth.nothing": "rien de gagné",
    "worth.float": "Resté en virgule flottante dans {step} : {kept}.",
    "worth.word.larger": "PLUS GROS",
    "worth.word.more operations": "PLUS D'OPÉRATIONS",
    "worth.word.slower": "PLUS LENT",
    "worth.word.less accurate for nothing": "MOINS JUSTE POUR RIEN",
    "worth.word.smaller": "plus petit",
    "worth.word.fewer operations": "moins d'opérations",
    "worth.word.faster": "plus rapide",
    "worth.word.more accurate": "plus juste",
    "worth.float.layer": "{count} {operator} : {why}",
    "worth.float.why.turns the raw input into the network's input": "change l'entrée brute en l'entrée du réseau",
    "worth.float.why.has no integer form in onnxruntime": "n'a pas de forme entière dans onnxruntime",
    "worth.float.why.follows the last layer with weights: rounding would change answers and save nothing": (
        "suit la dernière couche à poids : arrondir changerait des réponses et n'épargnerait rien"
    ),
    "worth.float.why.QuantizeLinear pairs know no LSTM: int8_hybrid and int8_dynamic do": (
        "les paires QuantizeLinear ignorent le LSTM ; int8_hybrid et int8_dynamic le connaissent"
    ),
    "worth.float.why.onnxruntime has no integer GRU": "onnxruntime n'a pas de GRU entier",
    "worth.float.why.onnxruntime has no integer RNN": "onnxruntime n'a pas de RNN entier",
    "worth.float.why.of a single channel, it is faster with floats (thin_float)": (
        "d'un seul canal, plus rapide en virgule flottante (thin_float)"
    ),
}
