"""From one cluster's spec to the text of every file below ``rendered/``; pure functions of their arguments."""
