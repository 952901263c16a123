"""What a small firm's digital life costs in a year: answers in, an account with ranges out, or a page that asks."""
