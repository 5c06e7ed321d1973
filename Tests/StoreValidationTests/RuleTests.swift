import FeatureStore
import Foundation
import HDF5
import StoreValidation
import TestSupport
import Testing

/// Each rule's fault is planted and found.
@Suite struct RuleTests {
    /// Writes a store, changes it behind the writer's back and validates it.
    private func findings(
        _ synthetic: SyntheticStore = SyntheticStore(), options: ValidationOptions = ValidationOptions(),
        changing: (inout StoreManifest) -> Void = { _ in },
        changingRows: (FeatureDescription, inout [Float]) -> Void = { _, _ in },
        damage: (borrowing File) throws -> Void = { _ in }
    ) throws -> [Finding] {
        let folder = try TemporaryFolder()
        let path = folder.file("store.h5")
        try synthetic.write(
            to: path, options: StoreWriterOptions(refusesNonFiniteValues: false), changing: changing,
            changingRows: changingRows)
        let before = try Data(contentsOf: URL(filePath: path))
        let file = try File(updating: path)
        try damage(file)
        try file.close()
        // Opening a file for changes drops its last line; give an unchanged one its bytes back.
        if before.dropLast(ClosingChecksum.byteCount) == (try Data(contentsOf: URL(filePath: path))) {
            try before.write(to: URL(filePath: path))
        }
        return try StoreValidator.validate(path, options: options).findings
    }

    private func damaged(_ damage: (borrowing File) throws -> Void) throws -> [Finding] {
        try findings(damage: damage)
    }

    private func set<Value: Scalar>(_ path: String, _ row: Int, _ value: Value, in file: borrowing File) throws {
        try file.openDataset(path).write(rows: row..<row + 1, from: [value])
    }

    @Test func aSoundStoreHasNoErrorsAndNoWarnings() throws {
        let found = try findings()
        #expect(found.allSatisfy { $0.code.severity == .information })
        #expect(Set(found.map(\.code)) == [.sizes, .classBalance, .dialogueLengths, .compression])
    }

    // MARK: Errors

    @Test func otherFilesAreE001() throws {
        let folder = try TemporaryFolder()
        try Data("no HDF5".utf8).write(to: URL(filePath: folder.file("text.h5")))
        #expect(try StoreValidator.validate(folder.file("text.h5")).findings.map(\.code) == [.notHDF5])
        #expect(throws: StoreError.self) { try StoreValidator.validate(folder.file("none.h5")) }
        try File(creating: folder.file("other.h5")).close()
        #expect(try StoreValidator.validate(folder.file("other.h5")).findings.map(\.code) == [.missingObject])
    }

    @Test func headers() throws {
        #expect(try damaged { try $0.write(UInt8(0), attribute: "complete") }.contains { $0.code == .incomplete })
        let newer = try damaged { try $0.write("7.0.0", attribute: "format_version") }
        #expect(newer.map(\.code) == [.unsupportedVersion])
        #expect(newer[0].message.contains("7.0.0") && newer[0].message.contains("1.1.0"))
        let minor = try damaged { file in
            try file.write("1.4.0", attribute: "format_version")
            try file.write([1, 2], to: "/dialogues/mood")
        }
        #expect(minor.filter { $0.code == .unknownContent }.count == 2)
        #expect(
            try damaged { try $0.write("elsewhere", attribute: "content_id") }.contains { $0.code == .contentMismatch })
    }

    @Test func structure() throws {
        let missing = try damaged { try $0.delete("/utterances/speaker") }
        #expect(missing.contains { $0.code == .missingObject && $0.place == "/utterances/speaker" })
        let type = try damaged { file in
            try file.delete("/utterances/label")
            try file.write([Double](repeating: 1, count: 45), to: "/utterances/label")
        }
        #expect(type.contains { $0.code == .wrongType && $0.place == "/utterances/label" })
        let rows = try damaged { file in
            try file.delete("/utterances/speaker")
            try file.write([UInt32](repeating: 0, count: 3), to: "/utterances/speaker")
        }
        #expect(rows.contains { $0.code == .wrongRowCount && $0.place == "/utterances/speaker" })
        let feature = try damaged { file in
            try file.delete("/features/audio")
            try file.write([Float](repeating: 0.5, count: 14), to: "/features/audio", shape: [2, 7])
        }
        #expect(feature.contains { $0.code == .wrongRowCount && $0.place == "/features/audio" })
        #expect(feature.contains { $0.code == .missingObject && $0.message.contains("modality") })
        let none = try damaged { try $0.delete("/features") }
        #expect(none.contains { $0.code == .missingObject && $0.place == "/features" })
    }

    @Test func labelsBesideThoseOfEmotion() throws {
        let folder = try TemporaryFolder()
        let count = SyntheticStore().manifest.utteranceCount
        func found(_ fault: (borrowing File) throws -> Void) throws -> [Finding] {
            let path = folder.file("\(UUID()).h5")
            try SyntheticStore().write(
                to: path,
                changing: {
                    $0.targets = [
                        LabelSet(
                            name: "sentiment", labelNames: ["good", "bad"], labels: [Int32](repeating: 1, count: count))
                    ]
                })
            let file = try File(updating: path)
            try fault(file)
            try file.close()
            return try StoreValidator.validate(path).findings
        }
        let sound = try found { _ in }
        #expect(
            !sound.contains {
                [.unknownContent, .contentMismatch, .checksumMismatch, .missingObject].contains($0.code)
            })
        let (label, names) = (StorePath.targetLabel("sentiment"), StorePath.targetNames("sentiment"))
        let range = try found { try set(label, 3, Int32(2), in: $0) }
        #expect(range.contains { $0.code == .labelOutOfRange && $0.place == label && $0.count == 1 })
        let missing = try found { try $0.delete(names) }
        #expect(missing.contains { $0.code == .missingObject && $0.place == names })
        let repeated = try found { file in
            try file.delete(names)
            try file.writeStrings(["good", "good"], to: names)
        }
        #expect(repeated.contains { $0.code == .faultyName && $0.place == names })
        let rows = try found { file in
            try file.delete(label)
            try file.write([Int32](repeating: 0, count: 3), to: label)
        }
        #expect(rows.contains { $0.code == .wrongRowCount && $0.place == label })
    }

    @Test func offsets() throws {
        let found = try damaged { try set("/dialogues/utterance_offset", 2, UInt64(1_000_000), in: $0) }
        #expect(found.contains { $0.code == .brokenOffsets && $0.place == "/dialogues/utterance_offset" })
        #expect(found.contains { $0.code == .checksumMismatch && $0.place == "/dialogues/utterance_offset" })
        let text = try damaged { try set("/utterances/text_offset", 0, UInt64.max, in: $0) }
        #expect(text.contains { $0.code == .brokenOffsets && $0.place == "/utterances/text_offset" })
    }

    @Test func ranges() throws {
        let found = try damaged { file in
            try set("/utterances/label", 3, Int32(99), in: file)
            try set("/utterances/speaker", 4, UInt32(99), in: file)
            try set("/dialogues/split", 1, UInt8(7), in: file)
            try set("/dialogues/split", 2, UInt8(255), in: file)
            try set("/dialogues/source_order", 2, UInt32(0), in: file)
        }
        let label = try #require(found.first { $0.code == .labelOutOfRange })
        #expect(label.count == 1 && label.examples[0].row == 3 && label.examples[0].dialogue != nil)
        for code in [FindingCode.speakerOutOfRange, .splitOutOfRange, .dialogueInNoSplit, .brokenSourceOrder] {
            #expect(found.contains { $0.code == code })
        }
    }

    @Test func dialogueIDs() throws {
        // Dialogue 8 of test gets the id of dialogue 0 of train.
        let found = try damaged { file in
            let ids = try file.openDataset("/dialogues/id")
            guard case .string(let size) = ids.elementType else { return }
            try ids.writeStringBytes(Array("dialogue-0".utf8) + [UInt8](repeating: 0, count: size - 10), rows: 8..<9)
        }
        #expect(found.contains { $0.code == .duplicateDialogue })
        #expect(found.contains { $0.code == .dialogueInTwoSplits && $0.examples[0].text.contains("train and in test") })
    }

    @Test func invalidText() throws {
        let found = try damaged { file in
            let ids = try file.openDataset("/labels/names")
            try ids.writeStringBytes([0xFF] + Array("lass 0".utf8), rows: 0..<1)
            try set("/utterances/text_bytes", 0, UInt8(0xFF), in: file)
        }
        #expect(
            Set(found.filter { $0.code == .invalidUTF8 }.map(\.place)) == ["/labels/names", "/utterances/text_bytes"])
    }

    @Test func foreignStorage() throws {
        let found = try damaged { try $0.createExternalLink("/features/elsewhere", file: "other.h5", path: "/x") }
        #expect(found.contains { $0.code == .foreignStorage && $0.place == "/features/elsewhere" })
    }

    @Test func nonFiniteValues() throws {
        let found = try findings(changingRows: { feature, rows in
            guard feature.name == "audio" else { return }
            (rows[7 * 3 + 2], rows[7 * 4], rows[7 * 5 + 6]) = (.nan, .infinity, -.infinity)
        })
        let nan = try #require(found.first { $0.code == .notANumber })
        #expect(
            nan.place == "/features/audio" && nan.count == 1 && nan.examples[0].row == 3 && nan.examples[0].column == 2)
        #expect(found.first { $0.code == .infinity }?.count == 2)
    }

    // MARK: Warnings

    @Test func repetitionsAcrossSplits() throws {
        // Dialogue 0 of train and dialogue 8 of test: the same length, the same values.
        var synthetic = SyntheticStore()
        synthetic.utterances = 3...3
        let found = try findings(
            synthetic,
            changingRows: { feature, rows in
                for index in 0..<3 * feature.width { rows[24 * feature.width + index] = rows[index] }
            })
        #expect(found.filter { $0.code == .identicalRows }.count == 6)
        let dialogues = try #require(found.first { $0.code == .identicalDialogues })
        #expect(dialogues.count == 1 && dialogues.examples[0].dialogue == "dialogue-8")
    }

    @Test func splits() throws {
        var synthetic = SyntheticStore()
        synthetic.speakerScope = .corpus
        synthetic.dialogues.valid = 0
        let found = try findings(
            synthetic,
            changing: { manifest in
                let test = manifest.dialogues.prefix { $0.split != 2 }.reduce(0) { $0 + $1.utteranceCount }
                for row in test..<manifest.labels.count { manifest.labels[row] = 0 }
            })
        #expect(found.contains { $0.code == .noValidationSplit })
        #expect(found.first { $0.code == .sharedSpeaker }?.count == 2)
        #expect(found.first { $0.code == .absentClass }?.count == 2)
    }

    @Test func statisticsNotFromTrain() throws {
        let changed = try damaged { try set("/statistics/audio/mean", 2, 40.0, in: $0) }
        #expect(changed.contains { $0.code == .foreignStatistics && $0.place == "/statistics/audio/mean" })
        let elsewhere = try damaged {
            try $0.writeString(attribute: "fitted_on", of: "/statistics/audio", value: "all")
        }
        #expect(elsewhere.contains { $0.code == .foreignStatistics && $0.place == "/statistics/audio" })
    }

    @Test func oddFeatures() throws {
        let found = try findings(changingRows: { feature, rows in
            switch feature.name {
            case "audio":
                for column in 0..<7 { rows[7 * 2 + column] = 0 }
                rows[7 * 4 + 1] = 2e6
            case "visual":
                for row in 0..<rows.count / 5 {
                    rows[row * 5 + 1] = 3
                    rows[row * 5 + 4] = rows[row * 5 + 2]
                }
            default: break
            }
        })
        #expect(found.first { $0.code == .zeroRow }?.examples[0].row == 2)
        #expect(found.first { $0.code == .outlier }?.examples[0].column == 1)
        #expect(found.first { $0.code == .constantColumn }?.examples[0].column == 1)
        #expect(found.first { $0.code == .duplicateColumns }?.examples[0].text == "column 4 repeats column 2")
    }

    @Test func provenance() throws {
        let found = try findings(changing: {
            $0.sentences[3] = "  "
            $0.latin1Sentences = 2
        })
        #expect(found.first { $0.code == .emptySentence }?.examples[0].row == 3)
        #expect(found.first { $0.code == .decodedAsLatin1 }?.count == 2)
        #expect(try findings(changing: { $0.sources = [] }).contains { $0.code == .noProvenance })
        let precision = try damaged {
            try $0.writeInteger(attribute: "inexact_values", of: "/features/audio", value: 12)
        }
        #expect(precision.first { $0.code == .lostPrecision }?.count == 12)
    }

    // MARK: Options

    @Test func codesAreSelectedAndIgnored() throws {
        let damage: (borrowing File) throws -> Void = { try set("/utterances/label", 3, Int32(99), in: $0) }
        #expect(
            try findings(options: ValidationOptions(select: ["E04"]), damage: damage).map(\.code) == [.labelOutOfRange])
        #expect(
            try findings(options: ValidationOptions(select: ["E0"], ignore: ["E04", "E02"]), damage: damage).isEmpty)
        #expect(ValidationOptions(select: ["E", "W1", "I202"]).unknownCode == nil)
        #expect(ValidationOptions(ignore: ["X"]).unknownCode == "X")
    }

    @Test func quickReadsNoData() throws {
        let found = try findings(
            options: ValidationOptions(quick: true), changingRows: { _, rows in rows[0] = .nan },
            damage: { try set("/utterances/label", 3, Int32(99), in: $0) })
        #expect(found.filter { $0.code.severity == .error }.map(\.code) == [.labelOutOfRange])
    }
}
