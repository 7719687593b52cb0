"""Fairness audit: does the product find faces and name expressions alike in one group of people and in another?"""
