"""Runs inside the environment of one peer: `python peer_drivers.py TOOL IN OUT L,T,R,B`; prints JSON, one line a file.

Each line has the file's name, the seconds that the tool took for it without start-up, and what it raised, if it did.
"""

# ruff: noqa: PLC0415 - each tool is imported in its own environment only

import json
import os
import sys
import time
from pathlib import Path


def deid(inputs, out, box):
    """deid: a recipe with the same box for everything, a new cleaner for every file, compression kept."""
    from deid.dicom import DicomCleaner

    recipe = out / "recipe"
    recipe.write_text(
        "FORMAT dicom\n\n%filter graylist\n\nLABEL Banner\n  present Modality\n"
        f"  coordinates {','.join(map(str, box))}\n"
    )

    def one(file):
        cleaner = DicomCleaner(output_folder=str(out), deid=str(recipe))
        cleaner.detect(str(file))
        if cleaner.clean() is None:
            raise ValueError("nothing was cleaned")
        written = Path(cleaner.save_dicom(preserve_compression=True))
        if written.name != file.name:
            written.rename(out / file.name)

    return one


def presidio(inputs, out, box):
    """Presidio: its own Tesseract and analyser, a blank model (none is on the registry); boxes cannot be given to it."""
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_image_redactor import DicomImageRedactorEngine, ImageAnalyzerEngine

    model = out / "model"
    spacy.blank("en").to_disk(model)
    told = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": str(model)}]}
    nlp = NlpEngineProvider(nlp_configuration=told).create_engine()
    analyser = ImageAnalyzerEngine(AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    engine = DicomImageRedactorEngine(image_analyzer_engine=analyser)

    def one(file):
        # What it does with files: a copy of the original lies in its output folder until it is done.
        engine.redact_from_file(str(file), str(out / file.stem), fill="background", use_metadata=True)
        (out / file.stem / file.name).rename(out / file.name)

    return one


def dicom_dre(inputs, out, box):
    """dicom-dre: its whole pipeline; only the catalogue of devices is replaced by the one box."""
    import dicom_dre
    from dicom_dre.catalog import CatalogDecision

    os.environ["DICOM_DRE_HASH_SALT"] = "benchmark"
    left, top, right, bottom = box

    class Everything:
        def evaluate(self, tags):
            region = dicom_dre.ScrubRegion(left, top, right - left, bottom - top)
            return CatalogDecision(action="scrub", reason="benchmark", scrub_regions=[region])

    profile = dicom_dre.default_profile(dicom_dre.ProfileSettings(hash_salt="benchmark"))

    def one(file):
        result = dicom_dre.deidentify_file(
            file, out / file.name, profile=profile, parameters=dicom_dre.DeidParameters(patient_id="X"),
            catalog=Everything(), rename_to_sop_uid=False,
        )  # fmt: skip
        if result.outcome.name != "DEIDENTIFIED":
            raise ValueError(result.outcome.name)

    return one


def scrubber(inputs, out, box):
    """dicom-dre's scrubber of JPEG streams alone: every frame of a file, nothing read, nothing written."""
    import pydicom
    import pydicom.encaps
    from dicom_dre import ScrubRegion
    from dicom_dre.jpeg_dct_scrubber import scrub_jpeg_bytes

    left, top, right, bottom = box
    regions = [ScrubRegion(left, top, right - left, bottom - top)]
    streams = {}
    for file in inputs:
        dataset = pydicom.dcmread(file)
        frames = pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=int(dataset.NumberOfFrames))
        streams[file] = list(frames)

    def one(file):
        for stream in streams[file]:
            scrub_jpeg_bytes(stream, regions)

    return one


TOOLS = {"deid": deid, "presidio": presidio, "dicom-dre": dicom_dre, "scrubber": scrubber}


def main():
    tool, inputs, out = sys.argv[1], sorted(Path(sys.argv[2]).glob("*.dcm")), Path(sys.argv[3])
    box = tuple(int(edge) for edge in sys.argv[4].split(","))
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    out.mkdir(parents=True, exist_ok=True)
    said = os.dup(1)
    os.dup2(2, 1)  # the tools talk on standard output
    one = TOOLS[tool](inputs, out, box)
    for file in inputs:
        for _ in range(rounds):
            (out / file.name).unlink(missing_ok=True)
            started, raised = time.perf_counter(), None
            try:
                one(file)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the tool's answer
                raised = type(error).__name__
            line = {"file": file.name, "seconds": time.perf_counter() - started, "raised": raised}
            os.write(said, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main()
