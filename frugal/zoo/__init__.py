"""Small pretrained artefacts and the index that finds them."""
