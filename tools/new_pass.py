#!/usr/bin/env python3
"""Writes the files of a new pass: compiler/passes/NAME.cpp, its contract in passes.h, its row in pipeline.cpp and a
golden in tests/golden/NAME.

The pass starts with one rule, neg(neg(x)) -> x, that its golden shows; from there change rule, contract and golden
together.
usage: tools/new_pass.py NAME [--before PASS] [--root FOLDER]
"""
import re

import new_files

PASS = """\
#include "compiler/passes/passes.h"

namespace lithe::passes {

bool @NAME@(ir::Graph& graph) {
    return ir::rewrite(graph, [](ir::Node& outer) -> ir::Value {
        if (!outer.is("neg")) return {};

        const ir::Node& inner = *outer.input(0).node;
        return inner.is("neg") ? inner.input(0) : ir::Value();
    });
}

}  // namespace lithe::passes
"""

CONTRACT = """\
/// Rewrites
///
///   neg(neg(x))  ->  x
///
/// Before @BEFORE@.
bool @NAME@(ir::Graph& graph);

"""

GOLDEN = """\
%x = input : f32[N, 4]
%0 = neg(%x)
%1 = neg(%0)
%2 = relu(%1)
return %2
----
%x = input : f32[N, 4]
%0 = relu(%x) : f32[N, 4]
return %0
"""

HEADER, PIPELINE = "compiler/passes/passes.h", "compiler/passes/pipeline.cpp"


def insert_contract(header, name, before):
    """Returns passes.h with the contract in front of that of another pass."""
    declaration = re.search(rf"^bool {before}\(", header, re.MULTILINE).start()
    place = header.rindex("\n\n", 0, declaration) + 2
    return header[:place] + CONTRACT.replace("@NAME@", name).replace("@BEFORE@", before) + header[place:]


def insert_row(pipeline, name, before):
    """Returns pipeline.cpp with the row in front of that of another pass."""
    place = pipeline.index(f'    {{"{before}", ')
    return f'{pipeline[:place]}    {{"{name}", {name}}},\n{pipeline[place:]}'


def main():
    parser = new_files.parser(__doc__.splitlines()[0])
    parser.add_argument("name", help="verb and object, in lower case")
    parser.add_argument("--before", default="split_prepare", metavar="PASS",
                        help="the row in front of which it runs (default: %(default)s)")
    options = parser.parse_args()

    name, before = options.name, options.before
    writer = new_files.Writer("new_pass", options.root)
    writer.check_name(name)
    header, pipeline = writer.read(HEADER), writer.read(PIPELINE)
    rows = re.findall(r'^    \{"(\w+)", ', pipeline, re.MULTILINE)
    if name in rows:
        writer.fail(f"pipeline.cpp has a row '{name}' already")
    if before not in rows:
        writer.fail(f"pipeline.cpp has no row '{before}'; it has: {', '.join(rows)}")
    writer.create(f"compiler/passes/{name}.cpp", PASS.replace("@NAME@", name))
    writer.create(f"tests/golden/{name}/example.ir", GOLDEN)
    writer.change(HEADER, insert_contract(header, name, before))
    writer.change(PIPELINE, insert_row(pipeline, name, before))
    writer.write()


if __name__ == "__main__":
    main()
