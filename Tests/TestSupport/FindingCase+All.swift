import FeatureStore
public import HDF5
import StoreValidation

extension FindingCase {
    /// A case for every code.
    package static let all: [FindingCase] = errors + warnings + notes

    /// The store of all cases but a few: 11 dialogues, the last row 3 of dialogue-10 of test.
    private static let errors: [FindingCase] = [
        FindingCase(code: .notHDF5, place: "/", bytes: { $0 = $0.prefix(5000) }),
        FindingCase(
            code: .incomplete, place: "/", alongside: [.noClosingChecksum],
            file: { try $0.write(UInt8(0), attribute: "complete") }),
        FindingCase(
            code: .unsupportedVersion, place: "/", file: { try $0.write("7.0.0", attribute: "format_version") }),
        FindingCase(
            code: .missingObject, place: "/utterances/speaker", alongside: [.contentMismatch, .noClosingChecksum],
            file: { try $0.delete("/utterances/speaker") }),
        FindingCase(
            code: .wrongType, place: "/utterances/label", alongside: changed.union([.missingObject]),
            file: { file in
                let rows = try file.openDataset("/utterances/label").rowCount
                try replace("/utterances/label", [Double](repeating: 1, count: rows))(file)
            }),
        FindingCase(
            code: .wrongRowCount, place: "/utterances/speaker", alongside: changed.union([.missingObject]),
            file: replace("/utterances/speaker", [UInt32](repeating: 0, count: 3))),
        FindingCase(
            code: .brokenOffsets, place: "/dialogues/utterance_offset", example: "row 3 is ", alongside: changed,
            file: set("/dialogues/utterance_offset", 2, UInt64(1_000_000))),
        FindingCase(
            code: .checksumMismatch, place: "/features/audio", example: "rows 0 to ",
            alongside: [.contentMismatch, .noClosingChecksum, .outlier],
            file: { file in
                let audio = try file.openDataset("/features/audio")
                let last = audio.rowCount - 1
                try audio.write(rows: last..<last + 1, from: [Float](repeating: 0.5, count: 7))
            }),
        FindingCase(
            code: .contentMismatch, place: "/", alongside: [.noClosingChecksum],
            file: { try $0.write("elsewhere", attribute: "content_id") }),
        FindingCase(
            code: .notANumber, place: "/features/audio", example: "row 3, column 2 (utterance 'dialogue-",
            rows: audio { $0[7 * 3 + 2] = .nan }),
        FindingCase(
            code: .infinity, place: "/features/audio", count: 2, example: "row 4, column 0 (utterance 'dialogue-",
            rows: audio { ($0[7 * 4], $0[7 * 5 + 6]) = (.infinity, -.infinity) }),
        FindingCase(
            code: .labelOutOfRange, place: "/utterances/label", example: "row 3 (utterance 'dialogue-",
            alongside: changed,
            file: set("/utterances/label", 3, Int32(99))),
        FindingCase(
            code: .speakerOutOfRange, place: "/utterances/speaker", example: "row 4 (utterance 'dialogue-",
            alongside: changed, file: set("/utterances/speaker", 4, UInt32(99))),
        FindingCase(
            code: .splitOutOfRange, place: "/dialogues/split", example: "dialogue 'dialogue-1': split 7",
            alongside: changed.union([.foreignStatistics, .absentClass]), file: set("/dialogues/split", 1, UInt8(7))),
        FindingCase(
            code: .duplicateDialogue, place: "/dialogues/id", example: "dialogue 'dialogue-0': rows 0 and 1",
            alongside: changed, file: name("/dialogues/id", 1, Array("dialogue-0".utf8))),
        FindingCase(
            code: .brokenSourceOrder, place: "/dialogues/source_order", alongside: changed,
            file: set("/dialogues/source_order", 2, UInt32(0))),
        FindingCase(
            code: .emptyDialogue, place: "/dialogues/utterance_offset", example: "dialogue 'dialogue-1'",
            alongside: changed,
            file: { file in
                let offsets = try file.openDataset("/dialogues/utterance_offset")
                let end = try offsets.readAll(as: UInt64.self)[2]
                try offsets.write(rows: 1..<2, from: [end])
            }),
        FindingCase(
            code: .faultyName, place: "/labels/names", example: "'class 0' in rows 0 and 2", alongside: changed,
            file: name("/labels/names", 2, Array("class 0".utf8))),
        FindingCase(
            code: .faultyName, place: "/splits/names", example: "row 1 is empty",
            alongside: changed.union([.noValidationSplit]), file: name("/splits/names", 1, [])),
        FindingCase(
            code: .unnamedDialogue, place: "/dialogues/id", example: "row 4", alongside: changed,
            file: name("/dialogues/id", 4, [])),
        FindingCase(
            code: .wrongRowCount, place: "/splits/origin", alongside: changed.union([.missingObject]),
            file: { file in
                try file.delete("/splits/origin")
                try file.writeStrings(["one", "two"], to: "/splits/origin")
            }),
        FindingCase(
            code: .faultyLayers, place: "/features/text_roberta_2",
            example: "'text_roberta_2' and 'text_roberta_1' both have layer 1",
            alongside: [.contentMismatch, .noClosingChecksum],
            file: { try $0.openDataset("/features/text_roberta_2").write(Int32(1), attribute: "layer") }),
        FindingCase(
            code: .dialogueInTwoSplits, place: "/dialogues/split",
            example: "dialogue 'dialogue-0': in train and in test",
            alongside: changed.union([.duplicateDialogue]), file: name("/dialogues/id", 8, Array("dialogue-0".utf8))),
        FindingCase(
            code: .dialogueInNoSplit, place: "/dialogues/split", example: "dialogue 'dialogue-2'",
            alongside: changed.union([.foreignStatistics, .absentClass]), file: set("/dialogues/split", 2, UInt8(255))),
        FindingCase(
            code: .invalidUTF8, place: "/labels/names", example: "row 0: '", alongside: changed,
            file: name("/labels/names", 0, [0xFF] + Array("lass 0".utf8))),
        FindingCase(
            code: .foreignStorage, place: "/features/elsewhere", alongside: [.noClosingChecksum],
            file: { try $0.createExternalLink("/features/elsewhere", file: "other.h5", path: "/x") }),
    ]

    private static let warnings: [FindingCase] = [
        FindingCase(
            code: .faultySpeakerName, place: "/speakers/names", example: "'speaker 0' in rows 0 and 1",
            manifest: { $0.speakerNames[1] = "speaker 0" }),
        FindingCase(
            code: .faultyUtteranceID, place: "/utterances/id", count: 2,
            example: "row 1 (utterance 'dialogue-0_0' of dialogue 'dialogue-0'): it stands there again",
            manifest: {
                $0.utteranceIDs[1] = "dialogue-0_0"
                $0.utteranceIDs[2] = ""
            }),
        FindingCase(
            code: .controlCharacter, place: "/utterances/id", example: "row 2: U+000D",
            manifest: { $0.utteranceIDs[2] += "\r" }),
        FindingCase(
            code: .controlCharacter, place: "/speakers/names", example: "row 1: U+0092",
            manifest: { $0.speakerNames[1] = "the speaker\u{92}s" }),
        FindingCase(
            code: .identicalDialogues, place: "/features",
            example: "dialogue 'dialogue-8': in test, as dialogue 0 in train",
            alongside: [.identicalRows], store: equalLengths,
            rows: { feature, rows in
                for index in 0..<3 * feature.width { rows[24 * feature.width + index] = rows[index] }
            }),
        FindingCase(
            code: .identicalRows, place: "/features/audio",
            example: "row 24 (utterance 'dialogue-8_0' of dialogue 'dialogue-8'): in test, as row 0 in train",
            store: equalLengths, rows: audio { for column in 0..<7 { $0[7 * 24 + column] = $0[column] } }),
        FindingCase(
            code: .sharedSpeaker, place: "/utterances/speaker", count: 2,
            example: "speaker 'speaker 0' in train, valid, test",
            store: {
                var store = equalLengths
                store.speakerScope = .corpus
                return store
            }()),
        FindingCase(
            code: .noValidationSplit, place: "/splits/names",
            store: {
                var store = SyntheticStore()
                store.dialogues.valid = 0
                return store
            }()),
        FindingCase(
            code: .foreignStatistics, place: "/statistics/audio", alongside: [.noClosingChecksum],
            file: { try $0.writeString(attribute: "fitted_on", of: "/statistics/audio", value: "all") }),
        FindingCase(
            code: .zeroRow, place: "/features/audio", example: "row 2 (utterance 'dialogue-",
            rows: audio { for column in 0..<7 { $0[7 * 2 + column] = 0 } }),
        FindingCase(
            code: .constantColumn, place: "/features/audio", example: "column 1: 3.0",
            rows: audio { for row in 0..<$0.count / 7 { $0[7 * row + 1] = 3 } }),
        FindingCase(
            code: .duplicateColumns, place: "/features/audio", example: "column 4 repeats column 2",
            rows: audio { for row in 0..<$0.count / 7 { $0[7 * row + 4] = $0[7 * row + 2] } }),
        FindingCase(
            code: .outlier, place: "/features/audio", example: "row 4, column 1 (utterance 'dialogue-",
            rows: audio { $0[7 * 4 + 1] = 2e6 }),
        FindingCase(
            code: .lostPrecision, place: "/features/audio", count: 12, alongside: [.noClosingChecksum],
            file: { try $0.writeInteger(attribute: "inexact_values", of: "/features/audio", value: 12) }),
        FindingCase(
            code: .absentClass, place: "/utterances/label", count: 2, example: "class 'class 1'",
            manifest: { manifest in
                let test = manifest.dialogues.prefix { $0.split != 2 }.reduce(0) { $0 + $1.utteranceCount }
                for row in test..<manifest.labels.count { manifest.labels[row] = 0 }
            }),
        FindingCase(
            code: .emptySentence, place: "/utterances/text_bytes", example: "row 3 (utterance 'dialogue-",
            manifest: { $0.sentences[3] = "  " }),
        FindingCase(
            code: .decodedAsLatin1, place: "/utterances/text_bytes", count: 2, manifest: { $0.latin1Sentences = 2 }),
        FindingCase(code: .noProvenance, place: "/provenance", manifest: { $0.sources = [] }),
        FindingCase(code: .noClosingChecksum, place: "/", bytes: { $0 = $0.dropLast(ClosingChecksum.byteCount) }),
    ]

    private static let notes: [FindingCase] = [
        FindingCase(code: .sizes, place: "/", count: 6, example: "feature 'audio': 7 values per utterance"),
        FindingCase(code: .classBalance, place: "/utterances/label", count: 3, example: "train: class 0 "),
        FindingCase(
            code: .dialogueLengths, place: "/dialogues/utterance_offset", count: 3, example: "train: 6 dialogues of "),
        FindingCase(
            code: .unknownContent, place: "/", example: "/dialogues/mood", alongside: changed.union([.missingObject]),
            file: { try $0.write([1, 2], to: "/dialogues/mood") }),
        FindingCase(
            code: .compression, place: "/features", count: 6, example: "'audio': chunks of ",
            options: StoreWriterOptions(compressionLevel: 4)),
    ]

    /// Dialogues of three utterances each, so that dialogue 8 of test begins at row 24.
    private static let equalLengths = {
        var store = SyntheticStore()
        store.utterances = 3...3
        return store
    }()
}
