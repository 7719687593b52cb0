FILE_NAME = "MODEL_CARD.md"


def write(*a):
    pass
