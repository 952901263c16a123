"""Small pretrained artefacts that ship with frugal, and how a folder of the zoo is made.

`frugal/zoo/<name>@<version>/` is an artefact with what made it beside it. `<version>` is a whole number that rises with
every change of `model.onnx`; a published folder never changes. `<name>` without version means the highest one.

    model.onnx           raw device input in, what the decoder reads out; its sha256 is the artefact's hash
    contract.json        names, dtypes, shapes, labels, decoder, licence ... (export/CONTRACT.md)
    parity.npz           a few inputs and the expected outputs: keys `in.<input>`, `out.<output>`, first axis = samples
    card.md              what it is for, what it was trained on, how well it does, where it fails
    model.json           factory, arguments and rewrites of the PyTorch network: `frugal.models.saving.load_model`
    weights.safetensors  its weights, so that it can be trained further; never a pickle
    origin.json          how to make it again; no clock, no path, no commit:
                         {"command": "frugal run recipe=...",
                          "data": [{"name", "fingerprint", "licence"}], "seeds": [0], "versions": {"torch": "..."},
                          "error": {"metric": "error_rate", "value": 0.2, "samples": 1000, "data": "..."}}

A language model is a folder with `lm.bin` (export/LM_FORMAT.md), `contract.json` with `"task": "lm"`, and `card.md`.
The base install reads the artefact and origin.json; model.json and weights.safetensors need the extra `train`.
"""
