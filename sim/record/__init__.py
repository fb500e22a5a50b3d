"""What is kept of a run: folded inside the loop, mergeable, and the folder it is written to."""
