import Foundation

// register-types OUTPUT PROTOCOL IMPORTS FILE…: writes a Swift file with the list of the types that the files declare to conform to the
// protocol, in the order of their names. Runs while the package is built.
let arguments = CommandLine.arguments
let (output, conformance) = (arguments[1], arguments[2])
let declaration = try Regex<(Substring, Substring)>(
    #"(?m)^(?:public |package |final )*(?:class|struct|enum) (\w+)[^{\n]*[:,] *"# + conformance + #"\b[^{\n]*\{"#)
var names: Set<String> = []
for file in arguments.dropFirst(4) {
    let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
    for match in text.matches(of: declaration) { names.insert(String(match.1)) }
}
var text = arguments[3].split(separator: ",").map { "import \($0)\n" }.joined()
text += "\n/// Every type of this module that conforms to `\(conformance)`.\n"
// Computed: types of classes are not Sendable, and a stored list of them would be shared state to the compiler.
text += "var registered\(conformance)s: [any \(conformance).Type] { [\n"
text += names.sorted().map { "    \($0).self,\n" }.joined() + "] }\n"
try Data(text.utf8).write(to: URL(filePath: output))
