"""How results are told: text for people, JSON for machines. Pure: values in, strings out."""
