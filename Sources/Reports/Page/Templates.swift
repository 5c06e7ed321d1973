import Mustache

extension Report {
    /// The page. It holds its own style, no script, and a rule that forbids the browser to fetch anything.
    var html: String {
        Templates.library.render(Page(report: self, style: PageStyle.text), withTemplate: "page")!
    }

    private struct Page {
        let report: Report
        let style: String
    }
}

/// The shape of a page. All text goes through `Markup`, but for styles and drawings.
private enum Templates {
    static let library: MustacheLibrary = {
        // Mustache's own way to escape looks at whole Characters, and would let a quote with an accent through.
        MustacheContentTypes.register(Markup(), named: "REPORT")
        var library = MustacheLibrary()
        for (name, text) in [
            ("page", page), ("section", section), ("table", table), ("figure", figure), ("exchange", exchange),
        ] {
            do {
                try library.register("{{% CONTENT_TYPE:REPORT}}" + text, named: name)
            } catch {
                preconditionFailure("the template \(name) is none: \(error)")
            }
        }
        return library
    }()

    static let page = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="{{report.generator}}">
        <link rel="icon" href="data:,">
        <title>{{report.title}}</title>
        <style>
        {{{style}}}
        </style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
        <h1>{{report.title}}</h1>
        <p>{{report.lead}}</p>
        <nav aria-label="Sections"><ul>
        {{#report.sections}}
        <li><a href="#{{id}}">{{title}}</a></li>
        {{/report.sections}}
        </ul></nav>
        </header>
        <main id="content">
        {{#report.sections}}
        {{>section}}
        {{/report.sections}}
        </main>
        <footer><p>{{report.generator}}</p></footer>
        </body>
        </html>

        """

    static let section = """
        <section id="{{id}}" aria-labelledby="{{id}}-title">
        <h2 id="{{id}}-title">{{title}}</h2>
        {{#blocks}}
        {{#heading}}<h3>{{.}}</h3>{{/heading}}
        {{#paragraph}}<p>{{.}}</p>{{/paragraph}}
        {{#note}}<p class="note">{{.}}</p>{{/note}}
        {{#table}}{{>table}}{{/table}}
        {{#file}}<details><summary>{{summary}}</summary><pre tabindex="0">{{#lines}}{{.}}
        {{/lines}}</pre></details>{{/file}}
        {{#exchanges}}{{>exchange}}{{/exchanges}}
        {{#gallery}}<div class="gallery">{{#figures}}{{>figure}}{{/figures}}</div>{{/gallery}}
        {{/blocks}}
        </section>

        """

    static let table = """
        <div class="scroll" role="region" aria-label="{{caption}}" tabindex="0"><table>
        <caption>{{caption}}</caption>
        <thead><tr><th scope="col">{{first}}</th>{{#columns}}<th scope="col"{{#isNumber}} class="n"{{/isNumber}}>{{text}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{name}}</th>{{#cells}}<td{{#isNumber}} class="n"{{/isNumber}}>{{text}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table></div>

        """

    static let figure = """
        <figure id="figure-{{name}}">
        <figcaption>{{title}}</figcaption>
        <div class="scroll">{{{svg}}}</div>
        {{#numbers}}<details><summary>{{caption}}: the numbers</summary>{{>table}}</details>{{/numbers}}
        </figure>

        """

    static let exchange = """
        <article>
        <h3>{{title}}</h3>
        <p class="place">{{place}}</p>
        <ol>
        {{#turns}}
        <li{{#predicted}} class="focus"{{/predicted}}><span class="who">{{speaker}}</span>{{#sentence}} <q>{{.}}</q>{{/sentence}} <span class="class">{{gold}}{{#predicted}}, predicted {{.}}{{/predicted}}</span></li>
        {{/turns}}
        </ol>
        </article>

        """
}
