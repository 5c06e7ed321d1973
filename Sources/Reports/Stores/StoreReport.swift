import FeatureStore
import Foundation
import StoreTools
import StoreValidation

extension Report {
    /// The report of a store: what it holds, and what is odd about it. Reads all of it.
    /// - Parameter toolVersion: The version of the program that makes the report.
    /// - Throws: `StoreError` where it cannot be read.
    public init(of store: Store, toolVersion: String) throws {
        let parts = try StoreReport(store)
        self.init(
            title: "\(store.dataset): data",
            lead: "\(store.utteranceCount) utterances in \(store.dialogues.count) dialogues.",
            generator: "vuemo \(toolVersion)",
            sections: [
                parts.provenance, parts.classes, parts.lengths, parts.transitions, try parts.features,
                try parts.sentences,
                parts.findings,
            ])
        try store.requireUnchanged()
    }
}

/// The parts of a report of a store.
struct StoreReport {
    private let store: Store
    private let summary: StoreSummary
    private let validation: ValidationReport
    /// The split of each row, -1 for none.
    private let splits: [Int32]

    init(_ store: Store) throws {
        self.store = store
        summary = try StoreSummary(store)
        validation = try StoreValidator.validate(store.path)
        var splits = [Int32](repeating: -1, count: store.utteranceCount)
        for dialogue in store.dialogues {
            for row in dialogue.range { splits[row] = dialogue.split.map { Int32($0) } ?? -1 }
        }
        self.splits = splits
    }

    // MARK: Where it comes from

    var provenance: Section {
        var data = Table("The store", "what", ["value"], words: ["value"])
        data.add("file", [summary.file])
        data.add("dataset", [summary.dataset])
        data.add("content id", [summary.contentID])
        data.add("format", [summary.formatVersion])
        data.add("size", [String(format: "%.1f MB", Double(summary.bytes) / 1e6)])
        data.add(
            "speakers",
            [
                "\(summary.speakers.count), "
                    + (summary.speakerScope == "corpus"
                        ? "the same person in every dialogue" : "numbered within each dialogue")
            ])
        if let tool = summary.toolVersion, !tool.isEmpty { data.add("made by version", [tool]) }
        if let options = summary.options, !options.isEmpty { data.add("options", [options]) }
        var sources = Table("Made from", "file", ["layout", "bytes", "SHA-256"], words: ["layout", "SHA-256"])
        for source in summary.sources { sources.add(source.name, [source.layout, "\(source.bytes)", source.sha256]) }
        var splits = Table("Splits", "split", ["dialogues", "utterances", "origin"], words: ["origin"])
        for split in summary.splits {
            splits.add(split.name, ["\(split.dialogues)", "\(split.utterances)", split.origin])
        }
        return Section(
            "store", "Where it comes from",
            [.table(data)] + (summary.sources.isEmpty ? [] : [.table(sources)]) + [.table(splits)]
                + summary.warnings.map { .note("From the conversion: \($0)") })
    }

    // MARK: Classes

    var classes: Section {
        let bySplit = Figure.shares(
            "classes-by-split", "Classes by split", rows: summary.splits.map(\.name), columns: summary.classes,
            summary.splits.map(\.classes), rowTitle: "split", columnTitle: "class")
        let totals = summary.speakers.indices.map { speaker in summary.splits.reduce(0) { $0 + $1.speakers[speaker] } }
        let most = 12
        let order = summary.speakers.indices.filter { totals[$0] > 0 }
            .sorted { (totals[$1], $0) < (totals[$0], $1) }.prefix(most)
        let bySpeaker = Figure.shares(
            "classes-by-speaker", "Classes by speaker", rows: order.map { summary.speakers[$0] },
            columns: summary.classes,
            order.map { speaker in
                summary.classes.indices.map { label in
                    summary.splits.reduce(0) { $0 + $1.speakersByClass[speaker][label] }
                }
            }, rowTitle: "speaker", columnTitle: "class")
        var blocks: [Block] = [.paragraph("The per cents are those of a row.")]
        let unlabelled = summary.splits.reduce(0) { $0 + $1.unlabelled }
        if unlabelled > 0 { blocks.append(.paragraph("\(unlabelled) utterances have no class.")) }
        if summary.speakers.count > most {
            blocks.append(
                .paragraph("Of \(summary.speakers.count) speakers, those are shown who say most."))
        }
        return Section("classes", "Classes", blocks + [.gallery(Gallery([bySplit, bySpeaker]))])
    }

    // MARK: Lengths

    var lengths: Section {
        let all = store.dialogues.map { Double($0.range.count) }
        let bins = Bins(over: all, atMost: 24, whole: true)
        let figures = summary.splits.enumerated().compactMap { index, split -> Figure? in
            guard let lengths = split.lengths else { return nil }
            let own = store.dialogues(inSplit: split.name).map { Double(store.dialogues[$0].range.count) }
            let histogram = Histogram(
                xTitle: "utterances", yTitle: "dialogues", bins: bins, counts: bins.counts(of: own))
            return Figure(
                "lengths-\(index + 1)", "Lengths of the dialogues of \(split.name)",
                description:
                    "\(split.dialogues) dialogues of \(lengths.shortest) to \(lengths.longest) utterances, median "
                    + "\(lengths.median).", histogram.drawing)
        }
        var table = Table(
            "Utterances of a dialogue", "split", ["dialogues", "shortest", "median", "longest", "mean"])
        for split in summary.splits {
            guard let lengths = split.lengths else { continue }
            table.add(
                split.name,
                [
                    "\(split.dialogues)", "\(lengths.shortest)", "\(lengths.median)", "\(lengths.longest)",
                    String(format: "%.1f", lengths.mean),
                ])
        }
        return Section("lengths", "Lengths of dialogues", [.gallery(Gallery(figures)), .table(table)])
    }

    // MARK: Transitions

    var transitions: Section {
        let transitions = Transitions(store)
        func figure(_ name: String, _ title: String, _ counts: [[Int]]) -> Figure {
            Figure.shares(
                name, title, rows: summary.classes, columns: summary.classes, counts, rowTitle: "before",
                columnTitle: "after")
        }
        func steady(_ counts: [[Int]]) -> String {
            let total = counts.joined().reduce(0, +)
            guard total > 0 else { return "none" }
            return String(
                format: "%.1f %% of %d", 100 * Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total),
                total)
        }
        return Section(
            "transitions", "Transitions between emotions",
            [
                .paragraph(
                    "From one turn of a dialogue to the next, the emotion stays the same in \(steady(transitions.turns)) pairs; from one turn of a "
                        + "speaker to the speaker's next turn in \(steady(transitions.speakers)) pairs."),
                .gallery(
                    Gallery([
                        figure("transitions-turns", "From turn to turn", transitions.turns),
                        figure("transitions-speakers", "From a speaker's turn to the next one", transitions.speakers),
                    ])),
            ])
    }

    // MARK: Features

    var features: Section {
        get throws {
            var table = Table(
                "Features", "feature",
                [
                    "modality", "width", "extractor", "median norm", "zero rows", "not finite", "outliers", "repeated",
                    "across splits",
                ],
                words: ["modality", "extractor"])
            var outliers = Table(
                "Rows with the most unusual norms", "utterance", ["feature", "norm"], words: ["feature"])
            var figures: [Figure] = []
            for (index, feature) in store.features.enumerated() {
                let rows = try FeatureRows(feature, of: store, splits: splits)
                let far = rows.outliers
                table.add(
                    feature.name,
                    [
                        feature.modality.rawValue, "\(feature.width)", feature.extractor ?? "",
                        rows.median.map { String(format: "%.4g", $0) } ?? "", "\(rows.zeros)", "\(rows.nonFinite)",
                        "\(far.count)", "\(rows.repeated)", "\(rows.repeatedAcrossSplits)",
                    ])
                for outlier in far.prefix(3) {
                    outliers.add(
                        store.utteranceIDs[outlier.row], [feature.name, String(format: "%.4g", outlier.norm)])
                }
                let norms = rows.norms.map(\.norm)
                let bins = Bins(over: norms, atMost: 40)
                let histogram = Histogram(
                    xTitle: "norm of a row", yTitle: "utterances", bins: bins, counts: bins.counts(of: norms))
                figures.append(
                    Figure(
                        "norms-\(index + 1)", "Norms of \(feature.name)",
                        description: String(
                            format: "From %.4g to %.4g, median %.4g.", norms.min() ?? 0, norms.max() ?? 0,
                            rows.median ?? 0), histogram.drawing))
            }
            return Section(
                "features", "Features",
                [
                    .paragraph(
                        "Outliers: rows whose norm lies more than six robust standard deviations from the median. Repeated: rows equal to an "
                            + "earlier one, bit for bit, without zero rows; across splits: those whose earlier one is in another split."
                    ),
                    .table(table), .gallery(Gallery(figures)),
                ] + (outliers.rows.isEmpty ? [] : [.table(outliers)]))
        }
    }

    // MARK: Sentences

    /// Sentences that are said more than once.
    var sentences: Section {
        get throws {
            var said: [Fingerprint: (count: Int, first: Int, isAcross: Bool)] = [:]
            for dialogue in store.dialogues {
                for (row, sentence) in zip(dialogue.range, try store.sentences(dialogue.range)) where !sentence.isEmpty
                {
                    var fingerprint = Fingerprint()
                    for byte in sentence.utf8 { fingerprint.add(UInt32(byte)) }
                    var found = said[fingerprint] ?? (0, row, false)
                    found.count += 1
                    if splits[found.first] != splits[row] { found.isAcross = true }
                    said[fingerprint] = found
                }
            }
            let repeated = said.values.filter { $0.count > 1 }.sorted { ($1.count, $0.first) < ($0.count, $1.first) }
            let (count, across) = (repeated.reduce(0) { $0 + $1.count }, repeated.count(where: \.isAcross))
            var table = Table("Those that are said most often", "sentence", ["utterances", "in several splits"])
            for found in repeated.prefix(10) {
                let text = try store.sentence(found.first)
                table.add(
                    text.count > 200 ? text.prefix(200) + "…" : text, ["\(found.count)", found.isAcross ? "yes" : "no"])
            }
            return Section(
                "sentences", "Repeated sentences",
                [
                    .paragraph(
                        "\(repeated.count) sentences are said more than once, in \(count) utterances; \(across) of them in more than one split."
                    )
                ] + (repeated.isEmpty ? [] : [.table(table)]))
        }
    }

    // MARK: Findings

    var findings: Section {
        var table = Table(
            "What vuemo validate finds", "code", ["severity", "what", "where", "count", "in words"],
            words: ["severity", "what", "where", "in words"])
        var details: [Block] = []
        for finding in validation.findings {
            table.add(
                finding.code.rawValue,
                ["\(finding.code.severity)", finding.code.title, finding.place, "\(finding.count)", finding.message])
            guard !finding.examples.isEmpty else { continue }
            details.append(
                .file(
                    FoldedFile(
                        summary: "\(finding.code.rawValue), \(finding.place)", lines: finding.examples.map(\.text))))
        }
        return Section(
            "findings", "Findings",
            validation.findings.isEmpty
                ? [.paragraph("Nothing was found.")] : [.paragraph(validation.summary), .table(table)] + details)
    }
}
