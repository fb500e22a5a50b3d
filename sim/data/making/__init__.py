"""The pack's files of facts, made from the tables in `inputs` by the cards in `cards`: `nox -s data`, or `python -m sim.data.making`.

The inputs are tables as published, one row a figure, each with its source; a card says which of them make up a material's chain, and
holds what had to be assumed, with the reason. Gallium, germanium and rare earths are kept by hand.
"""
