"""The plot under the video and the small one of a moment: what is drawn, where, and in which colors."""
