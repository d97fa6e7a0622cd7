"""Runs inside the environment of one peer: `python detector_drivers.py rapidocr`, or `presidio FILE TRUTH` (JSON)."""

# ruff: noqa: PLC0415 - each tool is imported in its own environment only

import json
import sys
import tempfile
import time


def rapidocr():
    """Pictures on standard input, each a line with its rows and columns before its RGB bytes; boxes on standard output."""
    import numpy as np
    from rapidocr import RapidOCR

    engine = RapidOCR(params={
        "Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    })  # fmt: skip
    engine(np.zeros((64, 64, 3), np.uint8), use_det=True, use_cls=False, use_rec=False)
    entry = sys.stdin.buffer
    while line := entry.readline():
        rows, columns = json.loads(line)
        picture = np.frombuffer(entry.read(rows * columns * 3), np.uint8).reshape(rows, columns, 3)
        blue_first = np.ascontiguousarray(picture[..., ::-1])
        started = time.process_time()
        found = engine(blue_first, use_det=True, use_cls=False, use_rec=False).boxes
        seconds = time.process_time() - started
        boxes = [] if found is None else np.asarray(found).tolist()
        print(json.dumps({"boxes": boxes, "seconds": seconds}), flush=True)


def presidio(file, truth):
    """Presidio's own evaluation of one file; the truth has label, left, top, width, height in the padded image."""
    import pydicom
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_image_redactor import DicomImagePiiVerifyEngine, ImageAnalyzerEngine

    with tempfile.TemporaryDirectory() as model:
        spacy.blank("en").to_disk(model)  # no trained model is on the registry
        told = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
        nlp = NlpEngineProvider(nlp_configuration=told).create_engine()
    analyser = ImageAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    engine = DicomImagePiiVerifyEngine(image_analyzer_engine=analyser)
    _, found = engine.eval_dicom_instance(pydicom.dcmread(file), json.loads(truth), use_metadata=True)
    sides = ("left", "top", "width", "height")
    boxes = [[int(box[side]) for side in sides] for box in found["all_positives"]]
    print(json.dumps({"precision": found["precision"], "recall": found["recall"], "boxes": boxes}))


if __name__ == "__main__":
    {"rapidocr": rapidocr, "presidio": presidio}[sys.argv[1]](*sys.argv[2:])
