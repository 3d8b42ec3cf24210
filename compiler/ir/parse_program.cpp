// The header tables of a program, then its graphs.
#include "compiler/ir/cursor.h"
#include "compiler/ir/program.h"
#include "compiler/ir/text.h"
#include "runtime/error.h"

namespace lithe::ir {

void parse_nodes(Cursor& cursor, Graph& graph);  // parse.cpp

namespace {

Symbol parse_symbol(Cursor& cursor) {
    Symbol symbol;
    symbol.name = cursor.identifier("the name of a size");
    cursor.expect('=');
    symbol.min = cursor.integer("the least value");
    cursor.expect('.');
    cursor.expect('.');
    symbol.max = cursor.integer("the largest value");
    if (cursor.accept_word("multiple")) symbol.multiple_of = cursor.integer("a number");
    if (cursor.accept_word("sample")) symbol.sample = cursor.integer("a number");
    return symbol;
}

Slot parse_slot(Cursor& cursor) {
    Slot slot;
    cursor.expect('@');
    slot.key = cursor.key();
    cursor.expect('=');
    if (cursor.accept_word("buffer")) {
        slot.kind = Slot::Kind::buffer;
    } else if (!cursor.accept_word("parameter")) {
        cursor.fail("expected 'parameter' or 'buffer'");
    }
    cursor.expect(':');
    slot.type = cursor.type();
    while (cursor.accept_word("alias")) {
        cursor.expect('@');
        slot.aliases.push_back(cursor.key());
    }
    slot.persistent = !cursor.accept_word("transient");
    slot.requires_grad = !cursor.accept_word("frozen");
    if (cursor.accept('=')) {
        const size_t begin = cursor.position();
        const Attr data = cursor.attr();
        if (const Array* array = std::get_if<Array>(&data)) {
            slot.data = *array;
        } else {
            cursor.fail_at(begin, "expected an array");
        }
    }
    return slot;
}

ModuleInfo parse_module(Cursor& cursor) {
    ModuleInfo module;
    cursor.skip_spaces();
    module.path = cursor.quoted_string();
    cursor.expect(':');
    module.class_name = cursor.plain_or_quoted("the name of a class");
    cursor.skip_spaces();
    if (cursor.peek() == '"') module.extra = cursor.quoted_string();
    while (cursor.accept_word("alias")) {
        cursor.skip_spaces();
        module.aliases.push_back(cursor.quoted_string());
    }
    return module;
}

int parse_index(Cursor& cursor, std::string_view what) {
    const int64_t index = cursor.integer(what);
    if (index < 0 || index > INT32_MAX) cursor.fail("the number is out of range");
    return static_cast<int>(index);
}

ModuleCall parse_call(Cursor& cursor) {
    ModuleCall call;
    call.module = parse_index(cursor, "the number of a module");
    if (cursor.accept_word("in")) call.parent = parse_index(cursor, "the number of a call");
    return call;
}

/// One line of the header; false at the first line that is none.
bool parse_table_line(Cursor& cursor, Program& program) {
    if (cursor.accept_word("symbol")) {
        program.symbols.push_back(parse_symbol(cursor));
    } else if (cursor.accept_word("slot")) {
        program.slots.push_back(parse_slot(cursor));
    } else if (cursor.accept_word("state")) {
        while (cursor.accept('@')) program.state_keys.push_back(cursor.key());
    } else if (cursor.accept_word("module")) {
        program.modules.push_back(parse_module(cursor));
    } else if (cursor.accept_word("call")) {
        program.calls.push_back(parse_call(cursor));
    } else {
        return false;
    }
    cursor.expect_end_of_line();
    return true;
}

}  // namespace

Program parse_program(std::string_view text) {
    Cursor cursor(text);
    Program program;
    cursor.skip_blank();
    if (cursor.accept_word("program")) program.name = cursor.plain_or_quoted("a name");
    do {
        cursor.skip_blank();
    } while (parse_table_line(cursor, program));
    while (!cursor.at_end()) {
        auto graph = std::make_unique<Graph>();
        if (cursor.accept_word("graph")) {
            graph->name = cursor.plain_or_quoted("the name of the graph");
        } else if (!program.graphs.empty()) {
            cursor.fail("expected 'graph' or the end");
        }
        parse_nodes(cursor, *graph);
        program.graphs.push_back(std::move(graph));
        cursor.skip_blank();
    }
    return program;
}

}  // namespace lithe::ir
