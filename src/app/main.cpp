#include "app/cli/cli.hpp"

int main(int argc, char** argv) { return fermata::app::cli::run(argc, argv); }
