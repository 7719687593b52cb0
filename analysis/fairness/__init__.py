"""Fairness audit: does the product find faces and name expressions equally well across groups of people?"""
