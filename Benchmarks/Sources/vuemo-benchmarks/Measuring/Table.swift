import Foundation

/// Prints lines as they come, or one JSON document at the end.
final class Table {
    /// What the floors are made of.
    let machine: Machine
    private let format: OutputFormat
    private var lines: [Line] = []

    init(_ machine: Machine, format: OutputFormat) {
        self.machine = machine
        self.format = format
        guard format == .text else { return }
        func giga(_ value: Double) -> String { String(format: "%.1f", value * 1e-9) }
        emit("\(machine.processor), \(machine.threads) threads")
        emit(
            "products: \(giga(machine.multiplyRateOfOneThread)) GFLOP/s on one thread, \(giga(machine.multiplyRate)) on all; "
                + "OpenBLAS \(giga(machine.openBLASRate)) on all")
        emit(
            "memory: \(giga(machine.readBandwidth)) GB/s read, \(giga(machine.copyBandwidth)) GB/s copied (read and written)"
        )
        emit("")
        emit(Self.pad("", 64) + "  median ms   floor ms   of floor")
    }

    /// A heading between lines.
    func heading(_ text: String) {
        if format == .text { emit("\n\(text)") }
    }

    func add(_ line: Line) {
        lines.append(line)
        guard format == .text else { return }
        var text = Self.pad(line.name, 64) + String(format: "%11.3f", line.seconds * 1000)
        if let floor = line.floor, let ratio = line.ratio {
            text += String(format: "%11.3f%10.0f%%", floor * 1000, ratio * 100)
        }
        if let peak = line.peakMiB { text += String(format: "%8d MiB", peak) }
        emit(text)
    }

    /// Measures the machine again, and says so where it was not the same any more.
    func finish() throws {
        let drift = Machine.multiplicationRate() / machine.multiplyRate
        switch format {
        case .text:
            emit(String(format: "\nproducts at the end: %.0f%% of the rate at the beginning", drift * 100))
            if abs(drift - 1) > 0.1 { emit("The machine was not quiet: floors and ratios are not to be trusted.") }
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            emit(
                String(
                    decoding: try encoder.encode(Document(machine: machine, drift: drift, lines: lines)), as: UTF8.self)
            )
        }
    }

    /// What JSON holds.
    struct Document: Codable {
        let machine: Machine
        let drift: Double
        let lines: [Line]
    }

    /// Standard output, at once: lines appear while the next is being measured.
    private func emit(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
