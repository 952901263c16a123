"""What runs an artefact: numpy and onnxruntime only, no torch."""
