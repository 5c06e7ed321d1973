import Conversion
import TestSupport
import Testing

@testable import PickleConversion

/// Files that contradict themselves or each other give one sentence that names where, and no store.
@Suite struct DisagreementTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(base: String = "", roberta: String = "", both: String = "") throws -> String {
        let inputs = try Samples.pair("IEMOCAP", in: folder.path, both: both, base: base, roberta: roberta)
        let request = ConversionRequest(inputs: inputs, output: folder.file("out.h5"))
        let fault = #expect(throws: ConversionError.self) { try PickleConverter.convert(request) }
        #expect(try folder.names().sorted() == ["base.pkl", "roberta.pkl"])
        return fault.map { "\($0)" } ?? ""
    }

    @Test func missingDialogues() throws {
        #expect(
            try refusal(both: "\"without\":[3,5]")
                == "base.pkl: utterance ids lack 2 dialogues of its splits: Ses03, Ses05.")
    }

    @Test func lengths() throws {
        #expect(
            try refusal(roberta: "\"shortened\":[2,4]")
                == "base.pkl and roberta.pkl disagree in the number of utterances of 2 dialogues "
                + "(Ses04: 5 against 4, Ses02: 4 against 3); give files of one release.")
    }

    @Test func labels() throws {
        #expect(
            try refusal(roberta: "\"relabelled\":[2]")
                == "base.pkl and roberta.pkl disagree in the labels of 1 dialogue (Ses02: utterance 4 is 5 against 0); give files of one release."
        )
    }

    @Test func splits() throws {
        #expect(
            try refusal(roberta: "\"resplit\":true")
                == "base.pkl and roberta.pkl disagree on the test dialogues: 1 dialogue in one of them only (Ses02); give files of one release."
        )
    }

    @Test func rowsOfDifferentWidth() throws {
        #expect(
            try refusal(base: "\"wide\":[\"audio\",4]")
                == "base.pkl: the audio features of dialogue Ses04 has a row of 5 numbers, but the rows before have 4.")
    }

    @Test func framesWhereARowIsExpected() throws {
        let sentence = try refusal(base: "\"rows\":\"frames\"")
        #expect(
            sentence.hasPrefix(
                "base.pkl: the text features of dialogue Ses00, utterance 1 (index 0), hold an array of shape (2, 5)"
            ))
    }

    @Test func twoFilesOfOneKind() throws {
        let base = try Samples.pair("IEMOCAP", in: folder.path)[0]
        let request = ConversionRequest(inputs: [base, base], output: folder.file("out.h5"))
        let fault = #expect(throws: ConversionError.self) { try PickleConverter.convert(request) }
        #expect(
            "\(fault!)" == "Two of the files are IEMOCAP base (9 fields), base.pkl among them: give one of each kind.")
    }

    @Test func filesOfTwoDatasets() throws {
        let base = try Samples.pair("IEMOCAP", in: folder.path)[0]
        let roberta = try Samples.pair("MELD", in: folder.path)[1]
        let copy = try Samples.write(try Samples.pickle(), "iemocap.pkl", in: folder.path)
        _ = base
        let request = ConversionRequest(inputs: [copy, roberta], output: folder.file("out.h5"))
        let fault = #expect(throws: ConversionError.self) { try PickleConverter.convert(request) }
        #expect(
            "\(fault!)"
                == "iemocap.pkl is IEMOCAP base (9 fields) and roberta.pkl is MELD RoBERTa (list of 11): give files of one dataset."
        )
    }
}
