/// One line of a table.
struct Line: Codable {
    /// What was measured, at which size.
    let name: String
    /// Median time.
    let seconds: Double
    /// The shortest time.
    let minimum: Double
    /// The machine's floor; nil where none is defined.
    let floor: Double?
    /// Operations and bytes behind the floor.
    let operations: Double?
    let bytes: Double?
    /// Threads, where they differ from the table's.
    var threads: Int?
    /// Peak memory of a process that did this and nothing else.
    var peakMiB: Int?

    /// The share of the time that the machine needs at least: 1 is perfect.
    var ratio: Double? { floor.map { $0 / seconds } }

    init(_ name: String, seconds: [Double], cost: Cost?, machine: Machine) {
        self.name = name
        self.seconds = seconds.median
        minimum = seconds.min()!
        floor = cost.map { $0.floor(on: machine) }
        operations = cost?.operations
        bytes = cost?.bytes
    }

    enum CodingKeys: String, CodingKey {
        case name, seconds, minimum, floor, operations, bytes, threads
        case peakMiB = "peak_mib"
    }
}
