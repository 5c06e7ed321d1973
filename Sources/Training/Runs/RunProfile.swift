import Autodiff
import Files
import TerminalText

/// Where the time of a run goes, by operation.
public struct RunProfile {
    let laps = PassProfile()

    /// Time runs from here.
    public init() {}

    /// A line for each operation and other work, the longest first, with what they are of the whole.
    public var table: String {
        let totals = laps.totals
        let all = max(totals.reduce(0) { $0 + $1.seconds }, 1e-9)
        let figures = { (seconds: Double) in
            [String(format: "%.3f", seconds), String(format: "%.1f %%", 100 * seconds / all)]
        }
        var phases = TextTable([.left("part", atLeast: 28), .right("s"), .right("share")])
        for phase in PassProfile.Phase.allCases {
            let seconds = totals.reduce(0) { $0 + ($1.phase == phase ? $1.seconds : 0) }
            if seconds > 0 { phases.add([phase.rawValue] + figures(seconds)) }
        }
        var table = TextTable([
            .left("operation", atLeast: 28), .left("part"), .right("times"), .right("s"), .right("share"),
        ])
        for total in totals { table.add([total.name, total.phase.rawValue, "\(total.laps)"] + figures(total.seconds)) }
        return (phases.lines + [""] + table.lines).joined(separator: "\n")
    }

    /// The first laps in the trace event format, which chrome://tracing and Perfetto open.
    /// Source: "Trace Event Format", complete events (`"ph": "X"`), times in microseconds.
    struct Trace: Encodable {
        struct Event: Encodable {
            let name, cat: String
            let ph = "X"
            let ts, dur: Double
            let pid = 1, tid = 1
        }
        let traceEvents: [Event]
        let displayTimeUnit = "ms"
    }

    /// Writes the first laps as a trace.
    func write(to path: String) throws {
        let microseconds = { (seconds: Double) in (seconds * 1e7).rounded() / 10 }
        let events = laps.laps.map {
            Trace.Event(
                name: $0.name, cat: $0.phase.rawValue, ts: microseconds($0.start), dur: microseconds($0.seconds))
        }
        try TextFile.replace(path, with: try JSON.line(Trace(traceEvents: events)) + "\n")
    }
}

extension TrainingRun {
    /// Writes the trace of ``profile`` into the folder, where there is one.
    /// - Throws: `TrainingError` where the file cannot be written.
    public func writeTrace() throws {
        try RunFolder.writing(folder.trace) { try profile?.write(to: folder.trace) }
    }
}
