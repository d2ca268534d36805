"""Who owns an L2 VIP: the rules by which nodes claim, hold and give up; pure, with the time as an argument."""
