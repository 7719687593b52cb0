"""Faces in pictures: found with MTCNN, followed from frame to frame, aligned, and graded by how well they show."""
