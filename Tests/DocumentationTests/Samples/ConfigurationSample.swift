import Configuration
import Testing

extension ModuleDocumentTests {
    @Test func configurationSample() throws {
        // sample
        struct WalkKeys: KeyGroup {
            let steps = Key(10, atLeast: 1, "The steps of a walk.")
            static let table = KeyTable(WalkKeys())
        }
        var sections = Sections([.init("walk", Settings<WalkKeys>().erased)])
        try sections.apply(ConfigurationAssignment(setting: "walk.steps=20"))
        let steps = sections[section: "walk"][WalkKeys.self].steps  // 20
        // end
        #expect(steps == 20)
    }
}
