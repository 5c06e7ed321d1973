import Foundation

// embed-converters ROOT OUTPUT FILE…: writes a Swift file that holds the text of every file under its path below ROOT.
// Runs while the package is built.
let arguments = CommandLine.arguments
let root = arguments[1]
var text = "enum ConverterSources {\n    static let files: [(path: String, text: String)] = [\n"
for file in arguments.dropFirst(3) {
    let content = try String(contentsOf: URL(filePath: file), encoding: .utf8)
    // As many # as no quotation mark in the text is followed by.
    var fence = "#"
    while content.contains("\"" + fence) || content.contains("\\" + fence) { fence += "#" }
    let path = file.dropFirst(root.count).drop { $0 == "/" }
    text += "        (\"\(path)\", \(fence)\"\"\"\n\(content)\n\"\"\"\(fence)),\n"
}
text += "    ]\n}\n"
try Data(text.utf8).write(to: URL(filePath: arguments[2]))
