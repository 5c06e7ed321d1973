import ArgumentParser

/// How results go to standard output.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
