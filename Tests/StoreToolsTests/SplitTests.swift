import FeatureStore
import Files
import Foundation
import StoreTools
import StoreValidation
import TestSupport
import Testing

@Suite struct SplitTests {
    let folder: TemporaryFolder
    private let origin = StoreOrigin(toolVersion: "test")

    init() throws { folder = try TemporaryFolder() }

    /// 20 dialogues of five sessions, S1_0 to S5_3, in splits that have nothing to do with them.
    private func sessions(
        _ name: String = "whole.h5", speakers: [String]? = nil, changing: (inout StoreManifest) -> Void = { _ in }
    ) throws -> Store {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (12, 3, 5)
        if speakers != nil { synthetic.speakerScope = .corpus }
        try synthetic.write(
            to: folder.file(name),
            changing: { manifest in
                for index in manifest.dialogues.indices {
                    manifest.dialogues[index].id = "S\(index % 5 + 1)_\(index / 5)"
                    // As a base file that lists them backwards.
                    manifest.dialogues[index].sourcePosition = 19 - index
                }
                if let speakers { manifest.speakerNames = speakers }
                changing(&manifest)
            })
        return try Store(opening: folder.file(name))
    }

    private func split(_ plan: SplitPlan, _ store: Store, to name: String = "new.h5") throws -> Store {
        try StoreSplit.write(plan, of: store, to: OutputPath(folder.file(name), overwrites: true), origin: origin)
        return try Store(opening: folder.file(name))
    }

    private func ids(_ store: Store, _ split: String) -> [String] {
        store.dialogues(inSplit: split).map { store.dialogues[$0].id }
    }

    private func message(_ body: () throws -> Void) throws -> String {
        try #require(#expect(throws: StoreToolsError.self) { try body() }).message
    }

    private static let thirds: [SplitPlan.Share] = [.init("test", 0.2), .init("train", 0.6), .init("valid", 0.2)]

    /// Every dialogue is there once with all that belongs to it, whatever its split.
    @Test func everythingIsStillThere() throws {
        let whole = try sessions()
        let new = try split(try SplitPlan(.fractions(Self.thirds), isStratified: true, seed: 4), whole)
        #expect(new.splits.map(\.name) == ["train", "valid", "test"])
        #expect(Set(new.dialogues.map(\.id)) == Set(whole.dialogues.map(\.id)) && new.dialogues.count == 20)
        for dialogue in new.dialogues {
            let old = try #require(whole.dialogues.first { $0.id == dialogue.id })
            #expect(dialogue.sourcePosition == old.sourcePosition)
            #expect(try new.sentences(dialogue.range) == whole.sentences(old.range))
            #expect(new.utteranceIDs[dialogue.range].elementsEqual(whole.utteranceIDs[old.range]))
            #expect(new.labels[dialogue.range] == whole.labels[old.range])
            #expect(new.speakers[dialogue.range] == whole.speakers[old.range])
            for feature in new.features {
                #expect(
                    try new.readRows(of: feature.name, dialogue.range) == whole.readRows(of: feature.name, old.range))
            }
        }
        // Split after split, and within one as the source lists them.
        let places = new.dialogues.map { ($0.split ?? 9, $0.sourcePosition) }
        #expect(places.map { $0.0 * 100 + $0.1 } == places.map { $0.0 * 100 + $0.1 }.sorted())
        let findings = Set(try StoreValidator.validate(new.path).findings.map(\.code))
        #expect(findings.subtracting(try StoreValidator.validate(whole.path).findings.map(\.code)).isEmpty)
    }

    @Test func fractionsAreMetAndTold() throws {
        let whole = try sessions()
        let new = try split(try SplitPlan(.fractions(Self.thirds), seed: 4), whole)
        #expect(["train", "valid", "test"].map { ids(new, $0).count } == [12, 4, 4])
        let chosen =
            "of all dialogues of whole.h5, chosen by vuemo split --fractions test=0.2,train=0.6,valid=0.2 --seed 4"
        #expect(new.splits.map(\.origin) == ["0.6 \(chosen)", "0.2 \(chosen)", "0.2 \(chosen)"])
        let provenance = try #require(new.provenance)
        #expect(provenance.options == "split: --fractions test=0.2,train=0.6,valid=0.2 --seed 4")
        #expect(provenance.sources.map(\.name) == ["whole.h5", "nothing.pkl"])
        #expect(provenance.sources[0].layout.contains(whole.contentID))
        let again = try split(try SplitPlan(.fractions(Self.thirds), seed: 4), whole, to: "again.h5")
        #expect(try Data(contentsOf: URL(filePath: again.path)) == Data(contentsOf: URL(filePath: new.path)))
        let other = try split(try SplitPlan(.fractions(Self.thirds), seed: 5), whole, to: "other.h5")
        #expect(ids(other, "test") != ids(new, "test"))
    }

    /// Every dialogue is test in one fold, and with a pattern no session is divided.
    @Test(arguments: [nil, DialogueGrouping.pattern("^(S[0-9])")]) func foldsCoverEverything(
        _ grouping: DialogueGrouping?
    ) throws {
        let whole = try sessions()
        var tests: [String] = []
        for fold in 1...5 {
            let new = try split(try SplitPlan(.fold(fold, of: 5), grouping: grouping, seed: 1), whole)
            #expect(ids(new, "test").count == 4 && ids(new, "train").count == 16)
            tests += ids(new, "test")
            if grouping != nil { #expect(Set(ids(new, "test").map { $0.prefix(2) }).count == 1) }
            let origins = new.splits.map(\.origin)
            #expect(
                origins[0].hasPrefix("all dialogues of whole.h5 but fold \(fold) of 5, chosen by vuemo split --folds 5")
            )
            #expect(
                origins[1].hasPrefix("fold \(fold) of 5 of all dialogues of whole.h5, chosen by vuemo split --folds 5"))
        }
        #expect(tests.sorted() == whole.dialogues.map(\.id).sorted())
    }

    @Test func aSessionIsLeftOut() throws {
        let whole = try sessions()
        let plan = try SplitPlan(.leftOut(["S5"]), grouping: .pattern("(S[0-9])"))
        let out = try split(plan, whole, to: "out.h5")
        #expect(ids(out, "test").sorted() == ["S5_0", "S5_1", "S5_2", "S5_3"] && ids(out, "train").count == 16)
        #expect(
            out.splits[1].origin.hasPrefix(
                "the dialogues of S5 of whole.h5, chosen by vuemo split --leave-out S5 --group-by '(S[0-9])'"))
        // With validation sessions, whole, or in a second step with validation dialogues.
        let both = try split(
            try SplitPlan(.leftOut(["S5"]), validShare: 0.25, grouping: .pattern("(S[0-9])"), seed: 2), whole)
        #expect(ids(both, "test").sorted() == ["S5_0", "S5_1", "S5_2", "S5_3"])
        #expect(Set(ids(both, "valid").map { $0.prefix(2) }).count == 1 && ids(both, "valid").count == 4)
        let second = try split(try SplitPlan(.kept, validShare: 0.25, seed: 2), out)
        #expect(ids(second, "test") == ids(out, "test"))
        #expect(ids(second, "valid").count == 4 && Set(ids(second, "valid").map { $0.prefix(2) }).count > 1)
        #expect(second.splits[2].origin == out.splits[1].origin)
        #expect(second.splits[0].origin == out.splits[0].origin + ", without those for valid")
        #expect(
            second.splits[1].origin
                == "0.25 of the train dialogues of out.h5, chosen by vuemo split --valid-from train:0.25 --seed 2")
    }

    /// Thousands of names stand in no attribute, and cost no time for every dialogue.
    @Test func manyGroupsAreLeftOut() throws {
        let whole = try sessions { manifest in
            for index in manifest.dialogues.indices { manifest.dialogues[index].id = "d\(index)" }
        }
        let names = (0..<19).map { "d\($0)" } + (0..<200).map { _ in "d18" }
        let new = try split(try SplitPlan(.leftOut(names), grouping: .pattern("(.*)")), whole)
        #expect(ids(new, "train") == ["d19"] && ids(new, "test").count == 19)
        #expect(new.provenance?.options.contains(" and 119 more --group-by '(.*)'") == true)
        #expect(
            new.splits[1].origin.contains(" and 119 more of whole.h5, chosen by vuemo split --leave-out d0 d1 ") == true
        )
    }

    /// Speakers 0 and 1 meet, and 2 meets 1: three of them are one group; 3 is alone.
    @Test func whoSharesASpeakerStaysTogether() throws {
        let whole = try sessions(speakers: ["Ora", "Ivo", "Una", "Eli"]) { manifest in
            var row = 0
            for (index, dialogue) in manifest.dialogues.enumerated() {
                let pairs: [[UInt32]] = [[0, 1], [2, 1], [3, 3], [3, 3]]
                for place in 0..<dialogue.utteranceCount {
                    manifest.speakers[row + place] = pairs[index % 4][place % 2]
                }
                row += dialogue.utteranceCount
            }
        }
        let new = try split(try SplitPlan(.leftOut(["Una"]), grouping: .speakers), whole)
        let expected = whole.dialogues.indices.filter { $0 % 4 < 2 }.map { whole.dialogues[$0].id }
        #expect(ids(new, "test").sorted() == expected.sorted())
        #expect(
            try message { _ = try split(try SplitPlan(.leftOut(["Ada"]), grouping: .speakers), whole) }.contains(
                "no group is called 'Ada'; there are Eli, Ivo, Ora, Una"))
        #expect(
            try message {
                _ = try split(try SplitPlan(.fractions(Self.thirds), grouping: .speakers), whole)
            }.contains("2 groups cannot be divided into 3 parts"))
    }

    @Test func whatCannotBeIsTold() throws {
        let whole = try sessions()
        let cases: [(String, () throws -> SplitPlan)] = [
            ("nothing says how", { try SplitPlan(.kept) }),
            ("sum to 0.9", { try SplitPlan(.fractions([.init("train", 0.9)])) }),
            ("no 'dev'", { try SplitPlan(.fractions([.init("train", 0.9), .init("dev", 0.1)])) }),
            ("train twice", { try SplitPlan(.fractions([.init("train", 0.5), .init("train", 0.5)])) }),
            ("above 0", { try SplitPlan(.fractions([.init("train", 1), .init("test", 0)])) }),
            ("above 0", { try SplitPlan(.fractions([.init("train", .nan)])) }),
            ("both make the split valid", { try SplitPlan(.fractions(Self.thirds), validShare: 0.1) }),
            ("--folds takes", { try SplitPlan(.fold(1, of: 1)) }),
            ("1 to 5", { try SplitPlan(.fold(6, of: 5)) }),
            ("--group-by", { try SplitPlan(.leftOut(["S5"])) }),
            ("above 0 and below 1", { try SplitPlan(.kept, validShare: 1) }),
            ("21 parts", { try SplitPlan(.fold(1, of: 21)) }),
            ("no regular expression", { try SplitPlan(.fold(1, of: 5), grouping: .pattern("(S")) }),
            ("has 0 captures", { try SplitPlan(.fold(1, of: 5), grouping: .pattern("S[0-9]")) }),
            ("has 2 captures", { try SplitPlan(.fold(1, of: 5), grouping: .pattern("(S)([0-9])")) }),
            (
                "says of 16 of 20 dialogues no group: S2_0, S3_0, S4_0, …",
                { try SplitPlan(.fold(1, of: 5), grouping: .pattern("(S1)")) }
            ),
            (
                "no group is called 'S9'; there are S1, S2",
                { try SplitPlan(.leftOut(["S9"]), grouping: .pattern("(S[0-9])")) }
            ),
            ("nothing is left to train on", { try SplitPlan(.leftOut(["S"]), grouping: .pattern("(S)")) }),
            ("numbered within each dialogue", { try SplitPlan(.fold(1, of: 5), grouping: .speakers) }),
            ("has a split valid already", { try SplitPlan(.kept, validShare: 0.1) }),
            ("of one group and stand in", { try SplitPlan(.kept, validShare: 0.1, grouping: .pattern("(S[0-9])")) }),
        ]
        for (words, plan) in cases {
            let told = try message { _ = try split(try plan(), whole) }
            #expect(told.contains(words), "\(told)")
        }
        #expect(
            try message {
                try StoreSplit.write(
                    try SplitPlan(.fold(1, of: 5)), of: whole, to: OutputPath(whole.path, overwrites: true),
                    origin: origin)
            }.contains("what is read"))
        #expect(try folder.names() == ["whole.h5"])
    }

    /// Labels beside those of emotion stay with their utterances.
    @Test func labelsBesideComeAlong() throws {
        let moods = LabelSet(
            name: "sentiment", labelNames: ["neutral", "positive", "negative"], labels: [], values: [])
        let whole = try sessions { manifest in
            manifest.targets = [moods]
            manifest.targets[0].labels = (0..<manifest.utteranceCount).map { Int32($0 % 4) - 1 }
            manifest.targets[0].values = (0..<manifest.utteranceCount).map { Double($0) / 7 }
        }
        let new = try split(try SplitPlan(.fractions(Self.thirds)), whole)
        for dialogue in new.dialogues {
            let old = try #require(whole.dialogues.first { $0.id == dialogue.id })
            #expect(new.targets[0].labels[dialogue.range] == whole.targets[0].labels[old.range])
            #expect(new.targets[0].values?[dialogue.range] == whole.targets[0].values?[old.range])
        }
        #expect(new.targets[0].labelNames == moods.labelNames)
        let parts = try ["S1*", "S2*"].map { pattern in
            let path = folder.file("\(pattern.prefix(2)).h5")
            try StoreSubset.write(
                StoreSelection(dialoguePatterns: [pattern]), of: whole, to: OutputPath(path), origin: origin)
            return try Store(opening: path)
        }
        try StoreMerge.write(parts, to: OutputPath(folder.file("merged.h5")), origin: origin)
        let merged = try Store(opening: folder.file("merged.h5"))
        for dialogue in merged.dialogues {
            let old = try #require(whole.dialogues.first { $0.id == dialogue.id })
            #expect(merged.targets[0].labels[dialogue.range] == whole.targets[0].labels[old.range])
        }
        let without = try sessions("without.h5") { manifest in
            for index in manifest.dialogues.indices { manifest.dialogues[index].id += "x" }
        }
        #expect(
            try message {
                try StoreMerge.write([whole, without], to: OutputPath(folder.file("no.h5")), origin: origin)
            }.contains(
                "their labels beside the classes differ (sentiment: neutral, positive, negative with numbers and none)")
        )
    }

    /// Merging what was split keeps what every split says of its origin.
    @Test func mergeKeepsTheOrigins() throws {
        let whole = try sessions()
        let halves = try ["S[1-2]*", "S[!1-2]*"].enumerated().map { index, pattern in
            let part = folder.file("part\(index).h5")
            try StoreSubset.write(
                StoreSelection(dialoguePatterns: [pattern]), of: whole, to: OutputPath(part), origin: origin)
            return try split(
                try SplitPlan(.fractions(Self.thirds), seed: UInt64(index)), try Store(opening: part),
                to: "half\(index).h5")
        }
        try StoreMerge.write(halves, to: OutputPath(folder.file("merged.h5")), origin: origin)
        let merged = try Store(opening: folder.file("merged.h5"))
        for (place, split) in merged.splits.enumerated() {
            #expect(split.origin == halves.map { $0.splits[place].origin }.joined(separator: "; "))
        }
        for half in halves {
            for name in ["train", "valid", "test"] { #expect(Set(ids(half, name)).isSubset(of: ids(merged, name))) }
        }
    }
}
