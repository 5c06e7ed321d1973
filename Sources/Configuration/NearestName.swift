/// Levenshtein's distance: the fewest insertions, deletions and substitutions that turn `first` into `second`.
func editDistance(_ first: String, _ second: String) -> Int {
    let columns = Array(second)
    var row = Array(0...columns.count)
    for (i, character) in first.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in columns.enumerated() {
            let substituted = diagonal + (character == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return row[columns.count]
}

/// The candidate most like `name`, comparing whole dotted names and their last parts, without regard to case; nil where none is much
/// alike: more than a third of the letters, and more than two, would have to change.
package func nearestName(to name: String, among candidates: [String]) -> String? {
    func last(_ dotted: String) -> String { dotted.split(separator: ".").last.map(String.init) ?? dotted }
    let wanted = name.lowercased()
    /// The changes that lead to a candidate, and whether they are few.
    func cost(_ candidate: String) -> (cost: Int, isNear: Bool) {
        let other = candidate.lowercased()
        func near(_ a: String, _ b: String) -> (Int, Bool) {
            let distance = editDistance(a, b)
            // Two short names of which every letter would have to change are not alike.
            return (distance, distance <= max(2, max(a.count, b.count) / 3) && distance < min(a.count, b.count))
        }
        let whole = near(wanted, other)
        let part = near(last(wanted), last(other))
        // A match of the whole name outranks a match of the last part alone, by half a step.
        return (min(2 * whole.0, 2 * part.0 + 1), whole.1 || part.1)
    }
    return candidates.map { ($0, cost($0)) }.filter(\.1.isNear).min { $0.1.cost < $1.1.cost }?.0
}
