import Foundation
import Training

extension RunResult {
    /// Writes the result to standard output.
    func write(_ format: OutputFormat) throws {
        switch format {
        case .text: print(table)
        case .json: print(try json, terminator: "")
        }
    }
}
