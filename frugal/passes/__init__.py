"""ONNX to ONNX: one file per method, a frozen dataclass of hyper-parameters that is called."""
