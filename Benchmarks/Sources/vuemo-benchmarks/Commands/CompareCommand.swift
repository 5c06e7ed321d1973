import ArgumentParser
import Foundation

/// `vuemo-benchmarks compare`
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "What became slower or faster between two tables of 'operations --format json'.",
        discussion: """
            A line counts as slower where its fastest timing is longer than the median before, and its median at least --least per cent \
            longer; as faster where the same holds the other way round. Both tables should come from one machine, in turns: the shortest \
            times of several tables of one kind are compared where several are given with --before and --after. The status is 1 where \
            something is slower.
            """)

    @Option(help: "Tables of before; the shortest time of each line counts.")
    var before: [String]

    @Option(help: "Tables of after.")
    var after: [String]

    @Option(help: "The smallest change that is told, in per cent.")
    var least = 5.0

    func run() throws {
        let (old, new) = (try Measured(before), try Measured(after))
        if old.processors != new.processors {
            print(
                "other processors, so times say little: \(old.processors.joined(separator: ", ")); \(new.processors.joined(separator: ", "))"
            )
        }
        var (slower, faster) = (0, 0)
        for name in old.names {
            guard let a = old.lines[name], let b = new.lines[name] else {
                print("only before: \(name)")
                continue
            }
            let change = 100 * (b.seconds / a.seconds - 1)
            let isSlower = change >= least && b.minimum > a.seconds
            let isFaster = -change >= least && a.minimum > b.seconds
            guard isSlower || isFaster else { continue }
            if isSlower { slower += 1 } else { faster += 1 }
            print(
                String(
                    format: "%@ %+6.1f %%  %9.3f ms  %9.3f ms  ", isSlower ? "slower" : "faster", change,
                    a.seconds * 1e3, b.seconds * 1e3)
                    + name)
        }
        for name in new.names where old.lines[name] == nil { print("only after: \(name)") }
        print("\(old.names.count) lines, \(slower) slower, \(faster) faster")
        if slower > 0 { throw ExitCode(1) }
    }

    /// The lines of one or several tables, each with its shortest median.
    private struct Measured {
        private(set) var lines: [String: Line] = [:]
        private(set) var names: [String] = []
        private(set) var processors: [String] = []

        init(_ paths: [String]) throws {
            for path in paths {
                let table = try JSONDecoder().decode(Table.Document.self, from: Data(contentsOf: URL(filePath: path)))
                if !processors.contains(table.machine.processor) { processors.append(table.machine.processor) }
                for line in table.lines {
                    if lines[line.name] == nil { names.append(line.name) }
                    lines[line.name] = [lines[line.name], line].compactMap { $0 }.min { $0.seconds < $1.seconds }
                }
            }
        }
    }
}
