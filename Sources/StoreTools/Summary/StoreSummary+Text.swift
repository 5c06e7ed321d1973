import FeatureStore
import Foundation
import TerminalText

extension StoreSummary {
    /// How many speakers the text lists.
    private static let speakerLimit = 10

    /// The summary for people, at most 80 columns wide where names allow it.
    public func text() -> String {
        var lines = [file.escapedForTerminal]
        let scope = speakerScope == "corpus" ? "the same person in every dialogue" : "numbered within each dialogue"
        lines += [
            "  dataset     \(dataset.escapedForTerminal), \(dialogues) dialogues, \(utterances) utterances",
            "  format      \(formatVersion), \(Self.size(bytes))",
            "  content id  \(contentID)",
            "  speakers    \(speakers.count) (\(scope))",
        ]
        var sizes = TextTable(
            [
                .left("Splits", atLeast: 13, atMost: 30), .right("dialogues"), .right("utterances"), .right("shortest"),
                .right("median"), .right("longest"), .right("mean", atLeast: 6),
            ])
        for split in splits {
            var row = ["  \(split.name)", "\(split.dialogues)", "\(split.utterances)"]
            if let lengths = split.lengths {
                row += ["\(lengths.shortest)", "\(lengths.median)", "\(lengths.longest)"]
                row.append(String(format: "%.1f", lengths.mean))
            }
            sizes.add(row)
        }
        lines += [""] + sizes.lines
        for split in splits { lines += TextWrap.lines("\(split.name): \(split.origin)", indent: "  ", hanging: "    ") }
        lines += classTable("Utterances of each class", classes, splits.map(\.classes), splits.map(\.unlabelled))
        for target in targets {
            let span =
                (target.values.map { ", of numbers from \($0[0]) to \($0[1])" } ?? "")
                + (target.infiniteValues.map { ", \($0) \($0 == 1 ? "number" : "numbers") infinite" } ?? "")
            lines += classTable(
                "Utterances of each class of \(target.name.escapedForTerminal)\(span)", target.classes,
                target.utterances, target.unlabelled)
        }
        lines += speakerTable()
        lines += featureTable()
        lines += origins()
        return lines.joined(separator: "\n")
    }

    // MARK: Tables

    /// The classes, and what has none where there is any such thing.
    private func classTable(_ title: String, _ names: [String], _ columns: [[Int]], _ unlabelled: [Int]) -> [String] {
        guard unlabelled.contains(where: { $0 > 0 }) else { return table(title, names, columns) }
        return table(title, names + ["no class"], zip(columns, unlabelled).map { $0 + [$1] })
    }

    private func table(_ title: String, _ names: [String], _ columns: [[Int]]) -> [String] {
        var table = TextTable(
            [.left("", atLeast: 8, atMost: 40)] + splits.map { .right($0.name, atLeast: 9, atMost: 15) }, indent: "  ")
        for (index, name) in names.enumerated() { table.add([name] + columns.map { "\($0[index])" }) }
        return ["", title] + table.lines
    }

    /// The speakers who say most, for each split.
    private func speakerTable() -> [String] {
        let totals = speakers.indices.map { index in splits.reduce(0) { $0 + $1.speakers[index] } }
        let order = speakers.indices.sorted { (totals[$1], $0) < (totals[$0], $1) }
        let shown = order.prefix(Self.speakerLimit)
        var lines = table(
            "Utterances of each speaker", shown.map { speakers[$0] },
            splits.map { split in shown.map { split.speakers[$0] } })
        if order.count > shown.count { lines.append("  and \(order.count - shown.count) more") }
        return lines
    }

    private func featureTable() -> [String] {
        let names = features.map(\.name.escapedForTerminal.terminalColumns).max() ?? 0
        let indent = 2 + min(30, max(8, names)) + 2
        var table = TextTable(
            [.left("", atLeast: indent - 3), .left("", atLeast: 6), .right("", atLeast: 5), .left("")], indent: "  ",
            gap: " ")
        for feature in features {
            var rest = "values, \(Self.size(feature.bytes))\(feature.isCompressed ? " compressed" : "")"
            if let layer = feature.layer { rest += ", layer \(layer)" }
            if feature.sourceDataType != "float32" { rest += ", from \(feature.sourceDataType)" }
            table.add([feature.name, feature.modality, "\(feature.width)", rest])
        }
        var lines = ["", "Features"]
        for (feature, line) in zip(features, table.lines.dropFirst()) {
            let extractor = (feature.extractor ?? "").escapedForTerminal
            if extractor.isEmpty || line.terminalColumns + 2 + extractor.terminalColumns <= 80 {
                lines.append(line + (extractor.isEmpty ? "" : ", " + extractor))
            } else {
                lines += [line] + TextWrap.lines(extractor, indent: String(repeating: " ", count: indent))
            }
            if feature.replacedValues > 0 {
                lines += TextWrap.lines(
                    "\(feature.replacedValues) values were NaN or infinite in the source and were replaced",
                    indent: String(repeating: " ", count: indent))
            }
            if feature.clippedValues > 0 {
                lines += TextWrap.lines(
                    "\(feature.clippedValues) values lay beyond float32's range and were clipped to it",
                    indent: String(repeating: " ", count: indent))
            }
        }
        return lines
    }

    private func origins() -> [String] {
        var lines = ["", "Made from"]
        for source in sources {
            lines += TextWrap.lines(
                "\(source.name) (\(source.layout), \(Self.size(source.bytes)), sha256 \(source.sha256.prefix(16))…)",
                indent: "  ", hanging: "    ")
        }
        if sources.isEmpty { lines.append("  nothing the file names") }
        if let toolVersion, !toolVersion.isEmpty {
            lines += TextWrap.lines("by version \(toolVersion)\(created.map { ", \($0)" } ?? "")", indent: "  ")
        }
        if let options, !options.isEmpty {
            lines += TextWrap.lines("options: \(options)", indent: "  ", hanging: "    ")
        }
        for warning in warnings { lines += TextWrap.lines("warning: \(warning)", indent: "  ", hanging: "    ") }
        return lines
    }

    // MARK: Columns

    private static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<(1 << 20): "\((bytes + 1023) >> 10) KiB"
        case ..<(1 << 30): String(format: "%.1f MiB", Double(bytes) / Double(1 << 20))
        default: String(format: "%.2f GiB", Double(bytes) / Double(1 << 30))
        }
    }
}
