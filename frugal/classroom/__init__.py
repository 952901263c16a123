"""A page for schools: this small model, a large chatbot and writing by hand beside each other, and a box to draw in."""
