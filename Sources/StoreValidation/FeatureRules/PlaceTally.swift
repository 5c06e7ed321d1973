/// How many values of a feature are of some kind, and where the first few of them stand.
struct PlaceTally {
    struct Place {
        var row: Int
        var column: Int
        var value: Float
    }

    private(set) var count = 0
    private(set) var first: [Place] = []

    /// Adds a value behind those added before.
    mutating func add(_ value: Float, row: Int, column: Int) {
        count += 1
        if first.count < Finding.exampleLimit { first.append(Place(row: row, column: column, value: value)) }
    }

    /// The tallies of several threads as one.
    static func joined(_ tallies: [PlaceTally]) -> PlaceTally {
        var all = PlaceTally()
        all.count = tallies.reduce(0) { $0 + $1.count }
        let places = tallies.flatMap(\.first).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        all.first = Array(places.prefix(Finding.exampleLimit))
        return all
    }
}
