#pragma once

// Its target is defined in only_pointer.cpp alone.

#include <memory>

#include <lithe/lithe.h>

struct Hidden;
LITHE_MODULE_OF(Held, Hidden);

struct Partial : lithe::nn::Module {
    lithe::nn::Linear known;
    std::shared_ptr<Hidden> hidden;
    Held held{nullptr};
    std::vector<Held> several;
};
