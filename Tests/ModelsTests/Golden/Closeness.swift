import Testing

/// The largest |a − b|, relative to |b| where that exceeds 1.
func largestError(_ a: some Collection<Float>, _ b: [Float]) -> Float {
    precondition(a.count == b.count, "\(a.count) against \(b.count) values")
    return zip(a, b).reduce(0) { worst, pair in
        let error = abs(pair.0 - pair.1) / max(1, abs(pair.1))
        return error.isNaN ? .infinity : max(worst, error)
    }
}

/// ‖a − b‖ / ‖b‖.
func relativeNorm(_ a: some Collection<Float>, _ b: [Float]) -> Double {
    precondition(a.count == b.count, "\(a.count) against \(b.count) values")
    var difference = 0.0
    var norm = 0.0
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        norm += Double(y) * Double(y)
    }
    if difference.isNaN { return .infinity }
    return norm == 0 ? difference.squareRoot() : (difference / norm).squareRoot()
}
