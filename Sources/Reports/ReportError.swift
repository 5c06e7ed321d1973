/// Why a report cannot be made.
public struct ReportError: Error, CustomStringConvertible {
    /// What is wrong and what to do, in one sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}
