/// Why a report cannot be made.
struct ReportError: Error, CustomStringConvertible {
    /// What is wrong and what to do, in one sentence.
    let description: String

    init(_ description: String) { self.description = description }
}
