import Files

/// What can be known to fail before anything is read.
package enum OutputCheck {
    /// Refuses an output that is there already, is one of the inputs, or has no folder to lie in.
    package static func check(inputs: [String], output: String, overwrites: Bool) throws(ConversionError) {
        guard !inputs.isEmpty else { throw .input("No files to convert were given.") }
        do {
            try OutputPath(output, overwrites: overwrites).check(
                inputs: inputs, beingCalled: "one of the files to be converted")
        } catch {
            throw .output(path: output, reason: error.reason)
        }
    }
}
