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

/// The candidate most like `name`, comparing whole dotted names and their last parts, without regard to case.
func nearestName(to name: String, among candidates: [String]) -> String? {
    func last(_ dotted: String) -> String { dotted.split(separator: ".").last.map(String.init) ?? dotted }
    let wanted = name.lowercased()
    // A whole-name match outranks a match of the last part alone, by half a step.
    func cost(_ candidate: String) -> Int {
        let other = candidate.lowercased()
        return min(2 * editDistance(wanted, other), 2 * editDistance(last(wanted), last(other)) + 1)
    }
    return candidates.min { cost($0) < cost($1) }
}
