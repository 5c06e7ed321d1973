import PickleConversion
import TerminalText

/// The findings of a scan for people, in lines of at most 80 characters wherever its words allow.
struct ScanText {
    let found: PickleScan

    /// All lines.
    var text: String {
        var lines = wrapped(
            "\(found.file): \(found.status == .unsupported ? "not supported" : found.status.rawValue)"
                + (found.reason.map { ". \($0)" } ?? ""))
        if let damage = found.damage, damage != found.reason { lines += wrapped(damage) }
        guard let number = found.protocol, let writer = found.writer else {
            lines += found.globals == nil ? [] : nameLines
            return (lines + (found.tree_text ?? []).map(\.escapedForTerminal)).joined(separator: "\n")
        }
        let bytes = found.unpacked_bytes ?? found.bytes
        let kind =
            found.storages.map {
                let what = found.kind == "torch" ? "archive" : "file of the format before 1.6"
                return "PyTorch \(what), \(bytes) bytes with \($0) storage\($0 == 1 ? "" : "s")"
            }
            ?? "pickle of \(bytes) bytes"
        if let container = found.container {
            lines += wrapped("packed with \(container): \(found.bytes) bytes, \(bytes) unpacked")
        }
        lines += wrapped("\(kind), protocol \(number), probably written by \(writer)")
        lines += nameLines
        // No layout helps where names are not read.
        if let layouts = found.layouts, ![.unsafe, .unknown, .unsupported].contains(found.status) {
            let none =
                found.storages == nil
                ? "none that is known; write one of your own for 'vuemo convert --layout'" : "none that is known"
            lines += wrapped("layout: \(layouts.isEmpty ? none : layouts.joined(separator: " or "))")
        }
        return (lines + (found.tree_text ?? []).map(\.escapedForTerminal)).joined(separator: "\n")
    }

    /// The names that the file mentions, and what else it asks for.
    private var nameLines: [String] {
        let names = (found.globals ?? []).map { name in
            let verdict = name.verdict == "dangerous" ? "DANGEROUS" : name.verdict.replacing(" ", with: "\u{A0}")
            return name.allowed ? name.name : "\(name.name)\u{A0}(\(verdict))"
        }
        return wrapped("names: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
            + (found.asks_for ?? []).flatMap { asked in
                wrapped("asks for \(asked.what)" + (asked.times > 1 ? ", \(asked.times) times" : ""))
            }
    }

    /// Broken at spaces; what follows is indented. A non-breaking space holds two words together and is printed as a space.
    private func wrapped(_ text: String) -> [String] {
        TextWrap.lines(text, hanging: "  ").map { $0.replacing("\u{A0}", with: " ") }
    }
}
