import Testing

@testable import Configuration

/// Files of settings with their lines.
@Suite struct SettingsFileTests {
    private func message(_ yaml: String) -> String {
        do {
            _ = try SettingsFile(yaml: yaml, name: "plan.yaml")
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func entriesKnowTheirLines() throws {
        let file = try SettingsFile(
            yaml: "# a comment\nmethod: grid\n\nparameters:\n  a.b: [1, 2]\n  c: [[1], [2]]\n", name: "plan.yaml")
        #expect(file.entries.map(\.key) == ["method", "parameters"])
        #expect(file.entries.map(\.origin) == ["plan.yaml, line 2", "plan.yaml, line 4"])
        guard case .entries(let inner) = file.entries[1].content else {
            Issue.record("a mapping has entries")
            return
        }
        #expect(inner.map(\.origin) == ["plan.yaml, line 5", "plan.yaml, line 6"])
        guard case .value(.list(["1", "2"])) = inner[0].content, case .list(let lists) = inner[1].content else {
            Issue.record("lists are lists")
            return
        }
        #expect(lists == [.list(["1"]), .list(["2"])])
    }

    @Test func assignmentsKnowTheirLines() throws {
        let file = try SettingsFile(
            yaml: "configuration:\n  training:\n    epochs: 3\n  model.dropout: 0.5\n", name: "plan.yaml")
        let assignments = file.entries[0].assignments
        #expect(assignments.map(\.key) == ["training.epochs", "model.dropout"])
        #expect(assignments.map(\.origin) == ["plan.yaml, line 3", "plan.yaml, line 4"])
        #expect(assignments.map(\.value) == [.scalar("3"), .scalar("0.5")])
    }

    @Test func anUnknownEntryIsToldWithANearName() throws {
        let entry = try SettingsFile(yaml: "\nmetod: grid\n", name: "plan.yaml").entries[0]
        #expect(
            entry.unknown(among: ["method", "store"]).description
                == "plan.yaml, line 2: there is no metod here; did you mean method?")
        #expect(
            entry.unknown(among: ["a", "b"]).description
                == "plan.yaml, line 2: there is no metod here; there can be a, b.")
    }

    @Test func whatIsNoMappingIsRefused() {
        #expect(message("") == "no error")
        #expect(message("- 1\n") == "plan.yaml must hold keys and values, for example \"method: grid\".")
        #expect(message("a: [").hasPrefix("plan.yaml is not valid YAML ("))
        #expect(message("a: &b c\nd: *b\n").hasPrefix("plan.yaml has an anchor or an alias"))
        #expect(message("a: 1\na: 2\n").hasPrefix("plan.yaml is not valid YAML ("))
    }
}
