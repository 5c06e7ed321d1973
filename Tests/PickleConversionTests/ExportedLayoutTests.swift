import Conversations
import Conversion
import FeatureStore
import Files
import Foundation
import StoreTools
import TestSupport
import Testing

@testable import PickleConversion

/// What `vuemo export --layout` writes, read back.
@Suite struct ExportedLayoutTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func convert(_ inputs: [String], _ name: String, frames: FrameReduction? = nil) throws -> Store {
        var request = ConversionRequest(inputs: inputs, output: folder.file(name))
        request.frames = frames
        return try Store(opening: try PickleConverter.convert(request).store.path)
    }

    private func convert(sample options: String, frames: FrameReduction? = nil) throws -> Store {
        let input = try Samples.write(try Samples.pickle("{\(options)}"), "sample.pkl", in: folder.path)
        return try convert([input], "store.h5", frames: frames)
    }

    @discardableResult
    private func export(
        _ store: Store, _ layout: PublishedLayout, _ name: String, _ selection: StoreSelection = StoreSelection()
    ) throws -> LayoutExport.Summary {
        try LayoutExport.write(selection, of: store, to: OutputPath(folder.file(name)), as: layout)
    }

    // MARK: There and back

    @Test(arguments: [
        ("IEMOCAP", PublishedLayout.iemocapBase, "IEMOCAP base (9 fields)", "IEMOCAP RoBERTa (list of 10)"),
        ("IEMOCAP", .mmgcn, "IEMOCAP base (9 fields)", "IEMOCAP RoBERTa (list of 10)"),
        ("MELD", .meldBase, "MELD base (10 fields)", "MELD RoBERTa (list of 11)"),
        ("MELD", .mmgcn, "MELD base (10 fields)", "MELD RoBERTa (list of 11)"),
    ]) func aPairComesBack(dataset: String, base: PublishedLayout, name: String, roberta: String) throws {
        let store = try convert(try Samples.pair(dataset, in: folder.path), "store.h5")
        #expect(try export(store, base, "new-base.pkl").layout == name)
        #expect(try export(store, .cosmic, "new-roberta.pkl").layout == roberta)
        let back = try convert([folder.file("new-base.pkl"), folder.file("new-roberta.pkl")], "back.h5")
        #expect(back.contentID == store.contentID)
        #expect(back.provenance?.sources.map(\.layout) == [name, roberta])
    }

    @Test(arguments: [
        ("", PublishedLayout.iemocapBase), ("\"rows\":\"matrix\"", .iemocapBase),
        ("\"dataset\":\"MELD\"", .meldBase), ("\"part\":\"roberta\"", .cosmic),
        ("\"dataset\":\"MELD\",\"part\":\"roberta\"", .cosmic),
        ("\"part\":\"roberta\",\"speakers\":[[1,0,0,0,0,0,0,0,0],[0,1,0,0,0,0,0,0,0]]", .cosmic),
        ("\"part\":\"roberta\",\"speakers\":[\"0\",\"1\"]", .cosmic), ("\"part\":\"combined\"", .sdt),
        ("\"dataset\":\"MELD\",\"part\":\"combined-unused\"", .sdt),
    ]) func oneFileComesBack(sample: String, layout: PublishedLayout) throws {
        let store = try convert(sample: sample)
        try export(store, layout, "out.pkl")
        let back = try convert([folder.file("out.pkl")], "back.h5")
        #expect(back.contentID == store.contentID)
        #expect(back.provenance?.sources.map(\.layout) == store.provenance?.sources.map(\.layout))
    }

    /// SDT's file lists train and valid together; with COSMIC's beside it nothing but the base text is lost.
    @Test(arguments: ["IEMOCAP", "MELD"]) func combinedAndRobertaComeBack(dataset: String) throws {
        let whole = try convert(try Samples.pair(dataset, in: folder.path), "whole.h5")
        let names = whole.features.map(\.name).filter { $0 != "text_base" }
        try StoreSubset.write(
            StoreSelection(features: names), of: whole, to: OutputPath(folder.file("store.h5")),
            origin: StoreOrigin(toolVersion: "test"))
        let store = try Store(opening: folder.file("store.h5"))
        let told = try export(whole, .sdt, "sdt.pkl")
        #expect(told.notes.contains("The layout has no place for text_base: left out."))
        #expect(told.notes.contains { $0.hasPrefix("The layout lists train and valid dialogues together") })
        try export(whole, .cosmic, "cosmic.pkl")
        #expect(
            try convert([folder.file("sdt.pkl"), folder.file("cosmic.pkl")], "back.h5").contentID == store.contentID)
    }

    /// Our own export says everything: classes, speakers, origins and all.
    @Test(arguments: [SpeakerScope.corpus, .dialogue], [StoreExport.Form.pickle, .npz])
    func ourOwnExportComesBack(_ scope: SpeakerScope, _ form: StoreExport.Form) throws {
        var synthetic = SyntheticStore()
        (synthetic.speakers, synthetic.speakerScope) = (5, scope)
        try synthetic.write(
            to: folder.file("store.h5"),
            changing: { manifest in
                for index in manifest.dialogues.indices { manifest.dialogues[index].sourcePosition = 10 - index }
                for index in manifest.splits.indices { manifest.splits[index].origin = "list \(index)" }
                manifest.labels[2] = -1
                manifest.labelNames.append("never")
                let labels = (0..<manifest.utteranceCount).map { Int32($0 % 3) - 1 }
                manifest.targets = [
                    LabelSet(
                        name: "arousal", labelNames: ["low", "high"], labels: labels,
                        values: labels.map { $0 < 0 ? .nan : Double($0) / 3 }),
                    LabelSet(name: "sentiment", labelNames: ["good", "bad"], labels: labels),
                ]
            })
        let store = try Store(opening: folder.file("store.h5"))
        try StoreExport.write(of: store, to: OutputPath(folder.file("own.\(form)")), as: form)
        let back = try convert([folder.file("own.\(form)")], "back.h5")
        #expect(back.contentID == store.contentID)
        #expect(back.targets == store.targets && back.targets.count == 2)
        #expect(back.features == store.features && back.speakerScope == scope && back.dataset == "SYNTHETIC")
        // A part is what `vuemo subset` makes of the same selection.
        let selection = StoreSelection(splits: ["train", "test"], modalities: [.audio])
        try StoreExport.write(selection, of: store, to: OutputPath(folder.file("part.\(form)")), as: form)
        let part = try StoreSubset.write(
            selection, of: store, to: OutputPath(folder.file("part.h5")), origin: StoreOrigin(toolVersion: "test"))
        #expect(try convert([folder.file("part.\(form)")], "part-back.h5").contentID == part.contentID)
    }

    // MARK: What stands there

    private struct Fields: Decodable {
        struct Field: Decodable {
            let numbered: Bool
            let ids: [String]?
        }
        let outer: String
        let fields: [Field]
    }

    private func fields(_ name: String) throws -> Fields {
        try Samples.call("export_checks", "fields", [try bytes(name)]).withContent {
            try JSONDecoder().decode(Fields.self, from: Data($0))
        }
    }

    private func bytes(_ name: String) throws -> PythonHandle {
        let content = try Data(contentsOf: URL(filePath: folder.file(name)))
        return try Python.bytes(count: content.count) { content.copyBytes(to: $0) }
    }

    @Test func splitsStandInThePublishedOrder() throws {
        let store = try convert(try Samples.pair("MELD", in: folder.path), "store.h5")
        try export(store, .meldBase, "out-base.pkl")
        let base = try fields("out-base.pkl")
        #expect(base.outer == "tuple" && base.fields.count == 10 && base.fields.allSatisfy(\.numbered))
        // Train with valid in the order of the source, test, and valid once more where the published file has what nobody reads.
        #expect(base.fields.suffix(3).map(\.ids) == [["0", "3", "1", "4"], ["5", "2"], ["4"]])
        try export(store, .cosmic, "out-roberta.pkl")
        let roberta = try fields("out-roberta.pkl")
        #expect(roberta.outer == "list" && roberta.fields.count == 11 && roberta.fields.allSatisfy(\.numbered))
        #expect(roberta.fields.suffix(3).map(\.ids) == [["0", "3", "1"], ["5", "2"], ["4"]])
        let iemocap = try convert(try Samples.pair("IEMOCAP", in: folder.path), "iemocap.h5")
        try export(iemocap, .iemocapBase, "iemocap.pkl")
        #expect(try fields("iemocap.pkl").fields.allSatisfy { !$0.numbered })
    }

    /// The sentiment of COSMIC's MELD file comes from the store's second labels, in MELD's numbers.
    @Test func sentimentStandsBesideTheEmotions() throws {
        struct Field: Decodable { let entries: [String: [Int]] }
        for (labelNames, expected) in [
            (["negative", "neutral", "positive"], [-1: -1, 0: 2, 1: 0, 2: 1]),
            (["low", "high"], [-1: -1, 0: 0, 1: 1]), ([], [:]),
        ] {
            var labels: [Int32] = []
            try SyntheticStore().write(
                to: folder.file("store.h5"),
                changing: { manifest in
                    manifest.dataset = "MELD"
                    labels = (0..<manifest.utteranceCount).map { Int32($0 % (labelNames.count + 1)) - 1 }
                    if !labelNames.isEmpty {
                        manifest.targets = [LabelSet(name: "sentiment", labelNames: labelNames, labels: labels)]
                    }
                })
            let store = try Store(opening: folder.file("store.h5"))
            let name = "cosmic\(labelNames.count).pkl"
            let told = try export(store, .cosmic, name)
            #expect(told.notes.contains { $0.contains("no sentiment") } == labelNames.isEmpty)
            let written = try Samples.call("export_checks", "field", [try bytes(name), try Python.string("2")])
            let field = try written.withContent { try JSONDecoder().decode(Field.self, from: Data($0)) }
            for dialogue in store.dialogues {
                let wanted = labels[dialogue.range].map { labelNames.isEmpty ? -1 : expected[Int($0)]! }
                #expect(field.entries[dialogue.id] == wanted)
            }
        }
    }

    private struct Mode: Decodable {
        struct Numbers: Decodable, Equatable {
            let type: String
            let shape: [Int]
            let values: [Float]
        }
        let id, raw_text, annotations: [String]
        let text, audio, vision, classification_labels: Numbers
        let regression_labels: Numbers?
        let audio_lengths, vision_lengths: [Int]
    }

    private func modes(_ name: String) throws -> [String: Mode] {
        try Samples.call("export_checks", "mmsa", [try bytes(name)]).withContent {
            try JSONDecoder().decode([String: Mode].self, from: Data($0))
        }
    }

    @Test func aDictionaryOfSplitsHoldsEverything() throws {
        let store = try convert(try Samples.pair("IEMOCAP", in: folder.path), "store.h5")
        let told = try export(store, .mmsa, "mmsa.pkl")
        #expect(told.features == ["text_base", "audio", "visual"])
        #expect(told.notes.contains { $0.contains("no regression_labels") })
        #expect(told.notes.contains { $0.contains("no place for speakers") })
        let modes = try modes("mmsa.pkl")
        #expect(modes.keys.sorted() == ["test", "train", "valid"])
        for (name, mode) in modes {
            let dialogues = store.dialogues(inSplit: name).map { store.dialogues[$0] }
            let rows = dialogues.flatMap { Array($0.range) }
            #expect(mode.raw_text == (try rows.map { try store.sentence($0) }))
            #expect(mode.classification_labels.values == rows.map { Float(store.labels[$0]) })
            #expect(mode.classification_labels.type == "i8")
            #expect(mode.annotations == rows.map { store.labelNames[Int(store.labels[$0])] })
            #expect(mode.audio_lengths == rows.map { _ in 1 } && mode.vision_lengths == mode.audio_lengths)
            for (feature, numbers) in [("text_base", mode.text), ("audio", mode.audio), ("visual", mode.vision)] {
                let width = try #require(store.feature(named: feature)).width
                #expect(numbers.type == "f4" && numbers.shape == [rows.count, 1, width])
                #expect(numbers.values == (try dialogues.flatMap { try store.readRows(of: feature, $0.range) }))
            }
            #expect(mode.regression_labels == nil)
            #expect(mode.id.allSatisfy { $0.contains("$_$") } && Set(mode.id).count == rows.count)
        }
    }

    /// MOSEI's numbers are those of its source again, which the store keeps beside its classes.
    @Test func sentimentIsANumberAgain() throws {
        let store = try convert(sample: "\"part\":\"mosei-real\"", frames: .mean)
        try export(store, .mmsa, "mmsa.pkl")
        let train = try #require(try modes("mmsa.pkl")["train"])
        let rows = store.dialogues(inSplit: "train").flatMap { Array(store.dialogues[$0].range) }
        let values = try #require(store.targets.first?.values)
        #expect(train.regression_labels?.values == rows.map { Float(values[$0]) })
        #expect(zip(rows, values).contains { values[$0.0] != Double(store.labels[$0.0]) - 3 })
        #expect(train.regression_labels?.shape == [rows.count])
    }
}
