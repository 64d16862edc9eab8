import json

from qa.calibration import PRECISION, confidences, main, read_all
from qa.confidence import Weights, load_weights

SAMPLE_QUESTIONS = [
    {"id": "1", "question": "Where did Kerry and Lavrov meet?", "answers": ["Zurich"]},
    {"id": "2", "question": "Who won the ice hockey championship?", "impossible": True},
    {"id": "3", "question": "Why did the flood gate not close?", "sentences": ["gravel had packed the groove"]},
]


def test_weights_are_fitted_from_questions_put_to_an_index(sample_library, tmp_path):
    (tmp_path / "fit.jsonl").write_text("".join(json.dumps(row) + "\n" for row in SAMPLE_QUESTIONS * 3))
    pair = f"{tmp_path / 'fit.jsonl'}={sample_library.path}"
    main([pair, "--tune", pair, "--source", "three questions", "--out", str(tmp_path / "fitted.json")])

    fitted = Weights.from_json(json.loads((tmp_path / "fitted.json").read_text()))
    assert fitted.source == "three questions"
    assert fitted.rank.names == load_weights().rank.names

    sure, right = confidences(read_all(str(tmp_path / "fit.jsonl"), str(sample_library.path)), fitted)
    above = [ok for confidence, ok in zip(sure, right, strict=True) if confidence >= fitted.threshold]
    assert right[:2] == [True, False]
    assert not above or sum(above) / len(above) >= PRECISION
