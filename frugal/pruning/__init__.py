"""What structured pruning is made of: channels, what each is worth and costs, and the network without some of them."""
