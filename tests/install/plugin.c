/* A shared library of a model. */
#include "tiny.h"

int plugin_open(const char* weights, lithe_model** model) {
    return (int)tiny_create(weights, model, NULL);
}
